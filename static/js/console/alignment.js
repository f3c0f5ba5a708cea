// Where a picture lies in its frame so that its eyes are where the other picture's are: level, and
// at one distance. Pure arithmetic; a point is [x, y].

const EYE_DISTANCE = 0.28; // of the frame's side
const EYES_AT = [0.5, 0.42];

// The CSS transform of an image of its natural size, with its origin at its top left corner.
export function transformOf({ width, height, eyes, frame, zoom, centre }) {
  const { scale, turn, middle } = eyes ? byEyes(width, height, eyes, frame) : filling(width, height, frame);
  const size = scale * zoom;
  const [cos, sin] = [Math.cos(turn) * size, Math.sin(turn) * size];
  const target = EYES_AT.map((share, axis) => (0.5 + (share - centre[axis]) * zoom) * frame);
  const x = target[0] - (cos * middle[0] - sin * middle[1]);
  const y = target[1] - (sin * middle[0] + cos * middle[1]);
  return `matrix(${[cos, sin, -sin, cos, x, y].map((value) => value.toFixed(5)).join(",")})`;
}

function byEyes(width, height, [leftX, leftY, rightX, rightY], frame) {
  const left = [leftX * width, leftY * height];
  const right = [rightX * width, rightY * height];
  const across = [right[0] - left[0], right[1] - left[1]];
  return {
    scale: (EYE_DISTANCE * frame) / Math.max(1, Math.hypot(...across)),
    turn: -Math.atan2(across[1], across[0]),
    middle: [(left[0] + right[0]) / 2, (left[1] + right[1]) / 2],
  };
}

// Without eyes: as large as fills the frame.
function filling(width, height, frame) {
  return { scale: Math.max(frame / width, frame / height), turn: 0, middle: [width / 2, height * EYES_AT[1]] };
}
