// The page of reports is complete without a script; only a button that prints needs one.
document.getElementById("print").addEventListener("click", () => print());
