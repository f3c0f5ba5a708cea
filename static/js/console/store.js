// What this page knows of the alerts: the last facts of each, in the order they were told.

const KEPT_DECIDED = 30;
const GROUPS = {
  raised: "waiting",
  claimed: "held",
  second_look: "held",
  confirmed: "held",
  dispatched: "sent",
  engaged: "sent",
  dismissed: "decided",
  not_located: "decided",
  resolved: "decided",
  not_sought: "decided",
};

export class Store extends EventTarget {
  #alerts = new Map();

  get(uuid) {
    return this.#alerts.get(uuid);
  }

  all() {
    return [...this.#alerts.values()];
  }

  replace(alerts) {
    this.#alerts = new Map(alerts.map((facts) => [facts.uuid, facts]));
    this.#changed(null);
  }

  // Facts of an answer over HTTP may be older than an event that came meanwhile.
  apply(facts, { kind = "answer", missed = false } = {}) {
    const before = this.#alerts.get(facts.uuid);
    if (facts.erased) {
      this.#alerts.delete(facts.uuid);
    } else if (kind !== "answer" || !before || rank(facts) >= rank(before)) {
      this.#alerts.set(facts.uuid, facts);
    }
    this.#prune();
    this.#changed({ facts, before, kind, missed });
  }

  group(name) {
    const members = this.all().filter((facts) => GROUPS[facts.status] === name);
    return members.sort(name === "decided" ? byDecision : byUrgency);
  }

  #prune() {
    for (const facts of this.group("decided").slice(KEPT_DECIDED)) this.#alerts.delete(facts.uuid);
  }

  #changed(detail) {
    this.dispatchEvent(new CustomEvent("change", { detail }));
  }
}

export function groupOf(facts) {
  return GROUPS[facts.status];
}

// How far an alert is. What goes back (a release, an undo) comes as an event as well.
function rank(facts) {
  return Object.keys(GROUPS).indexOf(facts.status);
}

function byUrgency(one, other) {
  return other.urgency - one.urgency || one.raised_at - other.raised_at;
}

function byDecision(one, other) {
  return (other.decided_at ?? 0) - (one.decided_at ?? 0);
}
