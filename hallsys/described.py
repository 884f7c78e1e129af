"""What the description of the API says of the rooms that `live/` does not know."""

from collections.abc import Iterator
from typing import Any

from hallsys.admin import routes as administration
from hallsys.core.stats import Stats
from hallsys.kiosk.booking.routes import Booked, BookingCode, Free, NewBooking, OneBooking
from hallsys.kiosk.desk import Aloud, LookedUp, LookUp, SourceStatus
from hallsys.kiosk.printing import routes as printing
from hallsys.kiosk.printing.desk import Print, PrinterState, PrintPapers, PrintTest
from hallsys.kiosk.wall.routes import Take, Taken, WallCode
from hallsys.live import openapi
from hallsys.live.screens import Listed
from hallsys.monitor.advice import imagine
from hallsys.monitor.advice import routes as advice
from hallsys.monitor.alarms import routes as alarms
from hallsys.monitor.forecast import routes as forecast
from hallsys.monitor.overview.lines import Overview
from hallsys.monitor.reports.count import Answer
from hallsys.web import join, officers


def described() -> Iterator[openapi.Operation]:
    """One operation after another, each with what it takes, what it answers, and why it may be refused."""
    hall, made = "/api/v1/halls/{hall}", dict[str, str]
    code, orders = dict[str, str | int], f"{openapi.ALWAYS} too_large"
    yield openapi.Operation("get", f"{hall}/stats", "The figures of the running day.", Stats)
    yield openapi.Operation("get", f"{hall}/waits", "The forecast: waits by service, or of a ticket.", forecast.Waits)
    yield openapi.Operation("get", f"{hall}/advice", "What would shorten the waits.", advice.Advised)
    yield openapi.Operation("get", "/api/v1/halls", "Every hall that the account may supervise.", Overview)
    yield openapi.Operation("get", f"{hall}/reports", "Figures of any days, by group.", Answer)
    service, free = {"type": "string", "required": True}, f"{openapi.ALWAYS} unknown_service"
    times = "The times of a service that can be booked."
    yield openapi.Operation("get", f"{hall}/slots", times, Free, free, query={"service": service}, open_=True)
    booking = f"{orders} key_reused too_many"
    codes = f"{booking} unknown_service slot_full limit_reached"
    yield openapi.Operation(
        "post", f"{hall}/bookings", "Book a visit.", Booked, codes, NewBooking, open_=True, key=True
    )
    path, codes = f"{hall}/bookings/cancel", f"{booking} unknown_booking wrong_state"
    yield openapi.Operation("post", path, "Cancel a booking.", OneBooking, codes, BookingCode, open_=True, key=True)
    codes = f"{orders} not_found"
    yield openapi.Operation("get", f"{hall}/wallcode", "The square code for the wall.", WallCode, codes)
    path, codes = f"{hall}/take", f"{codes} unknown_code too_many unknown_service key_reused {openapi.BY_THE_RULES}"
    yield openapi.Operation("post", path, "Take a number by phone.", Taken, codes, Take, open_=True, key=True)
    yield openapi.Operation("get", f"{hall}/screens", "Screens, their settings and health.", dict[str, list[Listed]])
    yield openapi.Operation("get", f"{hall}/alarms", "Alarms now and before, and who is told.", alarms.Alarms)
    yield openapi.Operation("get", f"{hall}/officer", "Who is signed in here, and who may.", officers.OfficerChoice)
    yield openapi.Operation("get", f"{hall}/printer", "How the printer is.", PrinterState)
    yield openapi.Operation("get", f"{hall}/dossiers", "How the source of dossiers is.", SourceStatus)
    yield openapi.Operation("get", f"{hall}/printers", "How every printer is.", printing.Printers)
    yield openapi.Operation("get", f"{hall}/accounts", "Waiting devices, tokens, users.", dict[str, Any])
    for path, summary, body, answer, codes, open_ in (
        (
            "whatif",
            "What would become of a planned day.",
            imagine.Question,
            imagine.Answer,
            "forecast_unavailable unknown_counter unknown_service",
            False,
        ),
        ("advice/later", "Put an advice off for half an hour.", advice.Later, advice.Advised, "", False),
        ("print", "Print a ticket, or a copy of one.", Print, PrinterState, "unknown_ticket", False),
        ("print/papers", "Print what a procedure needs.", PrintPapers, PrinterState, "not_found", False),
        ("print/test", "Print a page that is no ticket.", PrintTest, PrinterState, "not_found", False),
        ("alarms/{alarm}/acknowledge", "See to an alarm.", None, alarms.Acknowledged, "unknown_alarm", False),
        ("webhooks/again", "Send dead letters again.", alarms.Again, alarms.Resent, "", False),
        ("say", "Read a line out.", Aloud, "audio/mpeg", "too_many voice_unavailable", False),
        ("lookup", "Is a dossier ready?", LookUp, LookedUp, "too_many", False),
        ("bookings/find", "A booking, by its code.", BookingCode, Booked, "unknown_booking too_many", True),
        ("officer/leave", "Leave the counter's device as its officer.", None, officers.OfficerAnswer, "", False),
        (
            "officer",
            "Sign in with name and PIN at a counter's device.",
            officers.OfficerSignIn,
            officers.OfficerAnswer,
            "too_many",
            False,
        ),
        ("join", "Ask for a code that lets this device in.", join.Begin, code, "too_many", True),
        ("join/wait", "Wait until the code is confirmed.", join.Wait, made, "", True),
        (
            "devices",
            "Let the device with a code in.",
            administration.Confirm,
            made,
            "unknown_counter unknown_code",
            False,
        ),
        ("tokens", "Make a token.", administration.NewToken, made, "unknown_counter", False),
        ("grants/remove", "End a device or token.", administration.RemoveGrant, made, "unknown_account", False),
        ("users", "Make a user.", administration.NewUser, made, "unknown_counter password_short name_taken", False),
        ("users/remove", "End a user.", administration.RemoveUser, made, "unknown_account", False),
        (
            "users/pin",
            "Give an officer a PIN, or take it away.",
            administration.SetPin,
            made,
            "unknown_account pin_weak",
            False,
        ),
    ):
        yield openapi.Operation("post", f"{hall}/{path}", summary, answer, f"{orders} {codes}", body, open_=open_)
