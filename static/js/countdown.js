// Counts down to a deadline, each second, in <time data-countdown datetime="…">. Without a script the
// time itself is there to be read.

function left(milliseconds) {
  if (milliseconds <= 0) return "overdue";
  const seconds = Math.floor(milliseconds / 1000);
  const two = (number) => String(number).padStart(2, "0");
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

const deadlines = [...document.querySelectorAll("[data-countdown]")];

function tick() {
  for (const deadline of deadlines) {
    const text = left(Date.parse(deadline.dateTime) - Date.now());
    if (deadline.textContent !== text) deadline.textContent = text;
  }
}

tick();
setInterval(tick, 1000);
