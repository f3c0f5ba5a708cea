// How an alert will stand once what waits on the phone has been recorded, so that an officer can go
// on in a tunnel. The server decides: what it refuses is taken back and told.

export function project(facts, decisions, you) {
  const own = facts.officers.find((officer) => officer.id === you.id);
  let standing = { status: facts.status, isAcknowledged: Boolean(own), view: own?.view ?? "" };
  for (const decision of decisions) standing = after(standing, decision);
  return standing;
}

function after(standing, { action, fields }) {
  const changes = {
    acknowledge: { isAcknowledged: true },
    assess: { isAcknowledged: true, view: fields.view },
    engage: { status: "engaged" },
    "not-located": { status: "not_located" },
    resolve: { status: "resolved" },
  };
  return { ...standing, ...changes[action] };
}

// What an officer does next; "kept" where all is done but not yet sent.
export function stepOf({ status, isAcknowledged, view }) {
  if (status === "engaged") return "outcome";
  if (status !== "dispatched") return "kept";
  if (!isAcknowledged) return "acknowledge";
  return view === "" || view === "is_not" ? "assess" : "engage";
}

// The status that an action leads to: an answer that was lost on the way back is no refusal.
export function isDone({ action, by, fields }, facts) {
  const own = facts.officers.find((officer) => officer.id === by);
  const done = {
    acknowledge: () => Boolean(own),
    assess: () => own?.view === fields.view,
    engage: () => facts.status === "engaged",
    "not-located": () => facts.status === "not_located",
    resolve: () => facts.status === "resolved" && facts.outcome === fields.outcome,
  };
  return done[action]();
}
