// Black on white for a screen in the sun. The choice is kept on the phone.

const KEY = "lfr-handheld-sunlight";

export function prepareSunlight(button) {
  const apply = (isOn) => {
    document.body.classList.toggle("sunlight", isOn);
    button.setAttribute("aria-pressed", String(isOn));
  };
  button.addEventListener("click", () => {
    const isOn = !document.body.classList.contains("sunlight");
    localStorage.setItem(KEY, isOn ? "on" : "off");
    apply(isOn);
  });
  apply(localStorage.getItem(KEY) === "on");
}
