import fc from 'fast-check';
import { sleep } from 'n8n-workflow';

import { withLock } from '../../../nodes/AlfaCrm/api/locks';

/** A piece of work that needs the locks of some of four records. */
export interface PlannedWork {
	records: number[];
	/** How long the work takes. */
	ms: number;
	/** When the execution is cancelled. It is undefined when nobody cancels the execution. */
	cancelledAfterMs?: number;
	/** The time for which the locks are held after the work has ended. */
	extraHoldMs: number;
}

/** Generates one piece of work. All pieces of a plan ask for their locks at the same moment. */
export const plannedWork: fc.Arbitrary<PlannedWork> = fc.record({
	records: fc.shuffledSubarray([0, 1, 2, 3]),
	ms: fc.nat(50),
	cancelledAfterMs: fc.option(fc.nat(200), { nil: undefined }),
	extraHoldMs: fc.constantFrom(0, 0, 30),
});

let queueCount = 0;

/** Runs planned work with the locks of four records, and notes where it breaks the rules of the locks. */
export class LockQueues {
	/** The places in the plan of work that began while an earlier piece of work held the lock of its record. */
	readonly overlaps: number[] = [];
	/** The places in the plan of work that began although its execution was cancelled. */
	readonly beganAfterCancellation: number[] = [];
	/** The number of pieces of work that have ended or were cancelled. */
	endedCount = 0;
	/** The keys of the locks. No other run uses them. */
	private readonly keys: string[];
	/** Until when the lock of each record is held. */
	private readonly heldUntil = [0, 0, 0, 0];
	/** The pieces of work of each record in the order in which they began. */
	private readonly begun: number[][] = [[], [], [], []];

	constructor() {
		queueCount += 1;
		this.keys = [0, 1, 2, 3].map((record) => `run ${queueCount}, record ${record}`);
	}

	/** Begins all work at the same moment, and waits for its end. */
	async runAll(plan: readonly PlannedWork[]): Promise<void> {
		await Promise.all(plan.map(async (work, place) => await this.run(work, place)));
	}

	/** Finds the records whose work did not begin in the order of the plan. */
	findRecordsOutOfOrder(): number[] {
		return [0, 1, 2, 3].filter((record) => {
			const places = this.begun[record];
			return places.some((place, index) => index > 0 && place < places[index - 1]);
		});
	}

	/** Runs a piece of work with the locks of its records. */
	private async run(work: PlannedWork, place: number): Promise<void> {
		const { records, cancelledAfterMs, extraHoldMs } = work;
		const execution = new AbortController();
		if (cancelledAfterMs !== undefined) void sleep(cancelledAfterMs).then(() => execution.abort());
		const keys = records.map((record) => this.keys[record]);
		const act = async () => await this.actOnRecords(work, place, execution.signal);

		await withLock(keys, execution.signal, act, () => extraHoldMs).catch(({ message }: Error) => {
			if (message !== 'The execution was cancelled') throw new Error(message);
		});
		this.endedCount += 1;
	}

	/** Notes that the work begins, takes the time that the plan says, and notes until when its locks are held. */
	private async actOnRecords(work: PlannedWork, place: number, signal: AbortSignal): Promise<void> {
		const { records, ms, extraHoldMs } = work;
		if (signal.aborted) this.beganAfterCancellation.push(place);
		for (const record of records) {
			if (performance.now() < this.heldUntil[record]) this.overlaps.push(place);
			this.heldUntil[record] = Infinity;
			this.begun[record].push(place);
		}

		await sleep(ms);

		for (const record of records) {
			this.heldUntil[record] = performance.now() + extraHoldMs;
		}
	}
}
