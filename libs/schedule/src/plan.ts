import { type Random } from '@storey/context';
import { type Plan, type Task } from './task.js';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const DAILY_JITTER_MS = 10 * MINUTE_MS;

/** When a task that nobody has planned yet runs: at once if it has an interval, else at its time of day. */
export function firstTime(task: Task, now: number, random: Random): number {
  return 'everyMs' in task.plan ? now + jitterOf(task, random) : nextTime(task, now, random);
}

/** The first time after `after`, with jitter. */
export function nextTime(task: Task, after: number, random: Random): number {
  const { plan } = task;
  const base = 'everyMs' in plan ? after + plan.everyMs : nextDaily(plan.dailyAt, after);
  return base + jitterOf(task, random);
}

/** When it really is to run: one that is far further off than it can be is due, for the clock was set back. */
export function dueTime(task: Task, nextAt: number, now: number): number {
  const furthest = periodOf(task.plan) + longestJitter(task);
  return nextAt > now + 2 * furthest + MINUTE_MS ? now : nextAt;
}

/** Whether the time has passed without anybody there. */
export function isMissed(task: Task, nextAt: number, now: number): boolean {
  return now - nextAt > Math.max(MINUTE_MS, periodOf(task.plan) / 10);
}

export function planText(plan: Plan): string {
  return 'everyMs' in plan ? `every ${plan.everyMs} ms` : `daily at ${plan.dailyAt} UTC`;
}

/** @throws TypeError for a plan that can't be kept. */
export function checkPlan({ name, plan }: Task): void {
  if ('everyMs' in plan ? plan.everyMs > 0 : Number.isFinite(timeOfDay(plan.dailyAt))) return;
  throw new TypeError(`The task "${name}" has no plan that can be kept: ${planText(plan)}`);
}

const periodOf = (plan: Plan): number => ('everyMs' in plan ? plan.everyMs : DAY_MS);

const longestJitter = ({ plan, jitterMs }: Task): number =>
  jitterMs ?? ('everyMs' in plan ? plan.everyMs / 10 : DAILY_JITTER_MS);

const jitterOf = (task: Task, random: Random): number => Math.floor(random.float() * longestJitter(task));

function nextDaily(dailyAt: string, after: number): number {
  const midnight = Math.floor(after / DAY_MS) * DAY_MS;
  const today = midnight + timeOfDay(dailyAt);
  return today > after ? today : today + DAY_MS;
}

/** Ms since midnight; NaN for what is no time. */
function timeOfDay(text: string): number {
  const match = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text);
  return match ? (Number(match[1]) * 60 + Number(match[2])) * MINUTE_MS : NaN;
}
