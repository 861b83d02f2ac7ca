import { timeout } from './cancel';
import type { LockRow } from './lockRow';
import { BEAT_MS, FRESH_MS, OWN_MS } from './lockTimes';

/** How often the holder looks whether another process waits. */
const WATCH_MS = 500;
/** Until then another process waits at least. */
const MIN_TURN_MS = 1_000;
/** A row is begun anew now and then, since each beat makes it longer. */
const MAX_TURN_MS = 600_000;
/** How long it is kept for the next piece of work, unless another process waits. */
const LINGER_MS = 50;

/** How a process has come by the lock. */
export interface Taken {
	/** Undefined where n8n cannot keep one: then the work of this process alone takes turns. */
	row?: LockRow;
	/** When that was sent which took it. */
	at: number;
	/** Others may wait already, which would not show in the row any more. */
	isWanted?: boolean;
}

/**
 * The time for which this process holds the lock. It adds a beat to the row every few seconds, and ends when it has no
 * work and another process waits, or none has come for a moment, or when it could add none for too long.
 */
export class LockTurn {
	/** Whether another process waits. */
	isWanted: boolean;
	/** While the row is being removed. */
	ending?: Promise<void>;
	private isOver = false;
	/** No more work may join. */
	private isClosing = false;
	/** Pieces of work under way. */
	private users = 0;
	private readonly begunAt = performance.now();
	/** When the latest beat was sent that is in the row for certain. */
	private beatAt: number;
	/** Tells its beats from those of former holders, which a row may still have. */
	private readonly id = Math.random();
	/** Sent again and again, since one may have got lost; what else there is in the row is of somebody who waits. */
	private readonly beats: string[] = [];
	private readonly row?: LockRow;
	private beating?: Promise<void>;

	/** @param onEnd called once, when the lock is free for others */
	constructor(
		{ row, at, isWanted = false }: Taken,
		private readonly onEnd: () => void,
	) {
		this.row = row;
		this.beatAt = at;
		this.isWanted = isWanted;
		if (row !== undefined) void this.watch(row);
		// Whoever has waited for it joins before that.
		void timeout(LINGER_MS).then(async () => await this.endWhenIdle());
	}

	/** Whether there is work. */
	get isInUse(): boolean {
		return this.users > 0;
	}

	/** Whether more work may join. */
	get isOpen(): boolean {
		return !this.isClosing && this.isFresh;
	}

	/** Whether what has joined may still write. */
	get isHeld(): boolean {
		return this.ending === undefined && this.isFresh;
	}

	/** @returns whether one more piece of work is in it now */
	join(): boolean {
		if (!this.isOpen) return false;
		this.users += 1;
		return true;
	}

	leave(): void {
		this.users -= 1;
		void this.endWhenIdle();
	}

	/** By `performance.now()`, so that nothing depends on the clocks of several machines. */
	private get isFresh(): boolean {
		return this.row === undefined || performance.now() - this.beatAt < FRESH_MS;
	}

	private async watch(row: LockRow): Promise<void> {
		while (!this.isOver) {
			await timeout(WATCH_MS);
			if (this.ending !== undefined) return;
			// What fails now may succeed the next time; if it never does, the turn is over by itself.
			this.beating = this.beat(row).catch(() => undefined);
			await this.beating;
			if (this.isClosing) await this.endWhenIdle();
		}
	}

	private async beat(row: LockRow): Promise<void> {
		const at = performance.now();
		if (this.isFresh && at - this.beatAt >= BEAT_MS) {
			this.beats.push(`beat ${this.id} ${this.beats.length}`);
			const { wasHeld } = await row.add(...this.beats);
			// Where the row was gone, another process may have had the lock meanwhile; the beat has made one that nobody holds.
			this.beatAt = wasHeld ? at : -Infinity;
			if (!wasHeld && performance.now() - at < OWN_MS) await row.remove();
		}
		this.isWanted ||= (await row.size()) > 1 + this.beats.length;
		const most = this.isWanted ? MIN_TURN_MS : MAX_TURN_MS;
		this.isClosing ||= !this.isFresh || at - this.begunAt >= most;
	}

	private async endWhenIdle(): Promise<void> {
		if (!this.isWanted && !this.isClosing) await timeout(LINGER_MS);
		if (this.isInUse || this.ending !== undefined) return;
		this.isClosing = true;
		this.ending = this.end();
		await this.ending;
	}

	private async end(): Promise<void> {
		// A beat that comes after the row was removed would make it anew, with nobody behind it.
		await Promise.race([this.beating, timeout(FRESH_MS)]);
		// One that is not removed, or cannot be, is taken for left behind by the others.
		if (performance.now() - this.beatAt < OWN_MS) await this.row?.remove().catch(() => undefined);
		this.isOver = true;
		this.onEnd();
	}
}
