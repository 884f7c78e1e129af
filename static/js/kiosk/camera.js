// The tablet's camera as a scanner, where the browser reads codes itself; elsewhere there is no button for it.
const LOOK = 200; // ms between two looks at the picture
const FORMATS = ["qr_code", "code_128", "code_39", "data_matrix"];

export const hasCamera = "BarcodeDetector" in window && navigator.mediaDevices?.getUserMedia !== undefined;

/** Shows what the camera sees and says `seen` (with `detail.code`) of each new code, or `blind`; off as soon as it leaves the page. */
class KioskCamera extends HTMLElement {
  #stream = null;
  #timer;

  async connectedCallback() {
    const video = document.createElement("video");
    video.muted = video.playsInline = true;
    this.replaceChildren(video);
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      if (!this.isConnected) return void off(stream);
      this.#stream = video.srcObject = stream;
      await video.play();
      this.#look(video, new window.BarcodeDetector({ formats: FORMATS }));
    } catch {
      this.#say("blind");
    }
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
    if (this.#stream) off(this.#stream);
    this.#stream = null;
  }

  async #look(video, detector) {
    const codes = await detector.detect(video).catch(() => []);
    if (!this.#stream) return;
    for (const { rawValue } of codes) this.#say("seen", { code: rawValue });
    this.#timer = setTimeout(() => this.#look(video, detector), LOOK);
  }

  #say(kind, detail = {}) {
    this.dispatchEvent(new CustomEvent(kind, { detail }));
  }
}

const off = (stream) => stream.getTracks().forEach((track) => track.stop());

customElements.define("kiosk-camera", KioskCamera);
