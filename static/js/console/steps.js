// Which step of an alert comes next for this operator, and what the key for taking back does.

import { serverNow } from "./times.js";

export function secondsToUndo(facts) {
  return facts.undo_until === null ? 0 : Math.max(0, facts.undo_until - serverNow());
}

export function stepOf(facts, you) {
  const isMine = facts.claimed_by_id === you.id;
  if (!isMine && ["claimed", "confirmed"].includes(facts.status)) return "other";
  if (facts.status === "dismissed") return isMine && secondsToUndo(facts) > 0 ? "undo" : "over";
  if (facts.status === "confirmed") return facts.sending_at === null ? "dispatch" : "undo";
  if (facts.status === "second_look") return isMine ? "asked" : "judge";
  const steps = { raised: "claim", claimed: "judge", dispatched: "sent", engaged: "outcome" };
  return steps[facts.status] ?? "over";
}

// One key goes back one step, whatever the last one was.
export function wayBack(facts, you) {
  if (facts.claimed_by_id !== you.id) return null;
  const step = stepOf(facts, you);
  if (step === "undo" || step === "dispatch") return "undo";
  return { asked: "take-back-second", judge: "release" }[step] ?? null;
}
