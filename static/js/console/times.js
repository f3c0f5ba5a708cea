// Times as people say them. The server's clock counts: `offset` is server minus ours, in seconds.

const CLOCK = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit", minute: "2-digit", second: "2-digit", timeZone: "Europe/London",
});

let offset = 0;

export function setServerTime(seconds) {
  offset = seconds - Date.now() / 1000;
}

export function serverNow() {
  return Date.now() / 1000 + offset;
}

export function clock(seconds) {
  return CLOCK.format(seconds * 1000);
}

// As an input of a day and a time takes it: of London, to the minute.
const MINUTE = new Intl.DateTimeFormat("sv-SE", {
  year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", timeZone: "Europe/London",
});

export function localMinute(seconds) {
  return MINUTE.format(seconds * 1000).replace(" ", "T");
}

export function period(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
  return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, "0")} min`;
}

export function ago(seconds) {
  const since = Math.max(0, serverNow() - seconds);
  if (since < 60) return `${Math.round(since)} s ago`;
  if (since < 3600) return `${Math.floor(since / 60)} min ago`;
  return `${Math.floor(since / 3600)} h ago`;
}

export function days(count) {
  if (count < 1) return "taken today";
  if (count < 60) return `${count} ${count === 1 ? "day" : "days"} old`;
  if (count < 730) return `${Math.round(count / 30.4)} months old`;
  return `${Math.round(count / 365)} years old`;
}
