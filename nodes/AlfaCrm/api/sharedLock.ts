import { UserError } from 'n8n-workflow';

import { abortable, timeout } from './cancel';
import type { LockRow } from './lockRow';
import { NoRowError } from './lockRow';

/** How often the holder looks whether another process waits, and adds an entry to the row. */
const WATCH_MS = 500;
const BEAT_MS = 4_000;
/** Until then another process waits at least. */
const MIN_TURN_MS = 1_000;
/** A row is begun anew now and then, since each beat makes it longer. */
const MAX_TURN_MS = 600_000;
/** How long it is kept for the next piece of work, unless another process waits. */
const LINGER_MS = 50;
/** Whoever has given it up to another process does not take it for so long. */
const COURTESY_MS = 200;
/** How often a process that waits looks, and how often it asks for the lock. */
const POLL_MS = 100;
const ASK_MS = 3_000;
/** How long a process that waits puts up with a database that does not answer. */
const PATIENCE_MS = 30_000;
/** A holder does nothing any more when its last beat is that long ago; the others take it for dead somewhat later. */
const FRESH_MS = 12_000;
const DEAD_MS = 20_000;
/** Within this time somebody who claims the lock of a dead one has written its claim, and after this one it is looked at. */
const CLAIM_MS = 2_000;
const SETTLE_MS = 5_000;

/** What a process that waits has seen of the row, and when it asked for it. */
interface Waiting {
	seen: { size: number; at: number };
	askedAt: number;
}

/** The time for which this process holds the lock. */
interface Turn {
	/** Pieces of work under way. */
	users: number;
	readonly begunAt: number;
	/** Undefined where n8n cannot keep one: then the work of this process alone takes turns. */
	readonly row?: LockRow;
	/** When the latest one was sent that is in the row for certain. */
	beatAt: number;
	/** Tells its entries from those of former holders, which a row may still have. */
	readonly id: number;
	/** Sent again and again, since one may have got lost; what else there is in the row is of somebody who waits. */
	readonly beats: string[];
	isWanted: boolean;
	/** No more work may join. */
	isClosing: boolean;
	/** While the row is being removed. */
	ending?: Promise<void>;
}

/**
 * A lock that one of all n8n processes holds, for all work of its own that is under way: that takes turns by itself
 * (`withLock`), or need not. Without others it is kept as long as there is work; if another process waits, it is given
 * up as soon as what has begun is done.
 *
 * The holder adds an entry to the row every few seconds. One that has not been able to for some seconds begins nothing
 * any more. Where a row does not change for longer, its holder is dead, and who waits puts in a claim of its own. Of two
 * who do so at the same moment one overwrites the other's, or sees that it was not the first: a claim counts only if it
 * was written within two seconds, nothing else was in the row then, and it is still there after five.
 *
 * Times are those of `performance.now()`, so that nothing depends on the clocks of several machines.
 */
export class SharedLock {
	/** How often this process has got the lock; what was read in another turn may be stale. */
	turns = 0;
	private turn?: Turn;
	private attempt?: Promise<void>;
	private waiting?: Promise<void>;
	private courtesyUntil = 0;

	/** Joins the work of this process if it has the lock or can have it at once. */
	async tryEnter(row: LockRow): Promise<boolean> {
		if (this.turn?.users === 0) await this.turn.ending;
		if (this.join()) return true;
		const mayTry =
			this.turn === undefined && this.waiting === undefined && performance.now() >= this.courtesyUntil;
		if (!mayTry) return false;
		this.attempt ??= this.takeAtOnce(row).finally(() => (this.attempt = undefined));
		await this.attempt;
		return this.join();
	}

	/** Waits for the lock. */
	async enter(row: LockRow, signal: AbortSignal | undefined): Promise<void> {
		while (!this.join()) {
			this.waiting ??= this.waitForTurn(row).finally(() => (this.waiting = undefined));
			await abortable(this.waiting, signal);
		}
	}

	/** To be called once by whoever has entered. */
	leave(): void {
		const { turn } = this;
		if (turn === undefined) return;
		turn.users -= 1;
		void this.endWhenIdle(turn);
	}

	/** Whether what has entered may still write. */
	get isHeld(): boolean {
		return this.turn !== undefined && this.turn.ending === undefined && isFresh(this.turn);
	}

	private join(): boolean {
		const { turn } = this;
		if (turn === undefined || turn.isClosing || !isFresh(turn)) return false;
		turn.users += 1;
		return true;
	}

	private async takeAtOnce(row: LockRow): Promise<void> {
		try {
			const at = performance.now();
			if ((await row.size()) === 0 && (await row.take())) this.begin(at, row);
		} catch (error) {
			// After any other failure of the database it is tried once more if there is something to create.
			if (error instanceof NoRowError) this.begin(performance.now());
		}
	}

	private async waitForTurn(row: LockRow): Promise<void> {
		const waiting: Waiting = { seen: { size: 0, at: 0 }, askedAt: -Infinity };
		let answeredAt = performance.now();
		for (;;) {
			try {
				if (await this.tryToBegin(row, waiting)) return;
				answeredAt = performance.now();
			} catch (error) {
				if (error instanceof NoRowError) return this.begin(performance.now());
				if (performance.now() - answeredAt > PATIENCE_MS) throw noDatabase(error);
				// What has happened in the meantime is not known.
				waiting.seen.at = performance.now();
			}
			await timeout(POLL_MS * (0.5 + Math.random()));
		}
	}

	/** @returns whether this process has the lock now */
	private async tryToBegin(row: LockRow, waiting: Waiting): Promise<boolean> {
		const at = performance.now();
		// Somebody else's attempt in this process has succeeded.
		if (this.turn !== undefined && !this.turn.isClosing && isFresh(this.turn)) return true;
		if (this.turn !== undefined || at < this.courtesyUntil) return false;
		const size = await row.size();
		// A row that is shorter is a new one.
		if (size < waiting.seen.size) waiting.askedAt = -Infinity;
		if (size !== waiting.seen.size) waiting.seen = { size, at };
		if (size === 0) {
			if (!(await row.take())) return false;
			this.begin(at, row);
			return true;
		}
		if (at - waiting.askedAt >= ASK_MS) {
			waiting.askedAt = at;
			if (!(await row.takeOrAskFor())) return false;
			this.begin(at, row, true);
			return true;
		}
		if (at - waiting.seen.at < DEAD_MS) return false;
		waiting.seen = { size: 0, at };
		return await this.replaceDead(row, size);
	}

	/**
	 * @param size of the row, which did not change for long
	 * @returns whether this process has the lock now
	 */
	private async replaceDead(row: LockRow, size: number): Promise<boolean> {
		const claim = `claim ${Math.random()}`;
		const begun = performance.now();
		const first = await row.add(claim);
		if (first.wasHeld) {
			if (performance.now() - begun > CLAIM_MS || (await row.size()) !== size + 1) return false;
			await timeout(SETTLE_MS);
		}
		const at = first.wasHeld ? performance.now() : begun;
		const second = first.wasHeld ? await row.add(claim) : first;
		if (second.wasHeld && !second.there.includes(claim)) return false;
		// Where the row was gone, this process has made it now.
		this.begin(at, row, true);
		return true;
	}

	/** @param isWanted whether others may wait already, which would not show in the row any more */
	private begin(beatAt: number, row?: LockRow, isWanted = false): void {
		const begunAt = performance.now();
		const of = { row, id: Math.random(), beats: [], isWanted };
		const turn: Turn = { ...of, users: 0, begunAt, beatAt, isClosing: false };
		this.turn = turn;
		if (row !== undefined) this.turns += 1;
		void this.watch(turn);
		// Whoever has waited for it joins before that.
		void timeout(LINGER_MS).then(async () => await this.endWhenIdle(turn));
	}

	private async watch(turn: Turn): Promise<void> {
		const { row } = turn;
		while (row !== undefined && turn === this.turn) {
			await timeout(WATCH_MS);
			if (turn !== this.turn || turn.ending !== undefined) return;
			// What fails now may succeed the next time; if it never does, the turn is over by itself.
			await this.beat(turn, row).catch(() => undefined);
		}
	}

	private async beat(turn: Turn, row: LockRow): Promise<void> {
		const at = performance.now();
		if (isFresh(turn) && at - turn.beatAt >= BEAT_MS) {
			turn.beats.push(`beat ${turn.id} ${turn.beats.length}`);
			const { wasHeld } = await row.add(...turn.beats);
			// Where the row was gone, another process may have had the lock meanwhile.
			turn.beatAt = wasHeld ? at : -Infinity;
		}
		turn.isWanted ||= (await row.size()) > 1 + turn.beats.length;
		const most = turn.isWanted ? MIN_TURN_MS : MAX_TURN_MS;
		turn.isClosing ||= !isFresh(turn) || at - turn.begunAt >= most;
		if (turn.isClosing) await this.endWhenIdle(turn);
	}

	private async endWhenIdle(turn: Turn): Promise<void> {
		if (!turn.isWanted && !turn.isClosing) await timeout(LINGER_MS);
		if (turn.users > 0 || turn !== this.turn || turn.ending !== undefined) return;
		turn.isClosing = true;
		turn.ending = this.end(turn);
		await turn.ending;
	}

	private async end(turn: Turn): Promise<void> {
		// A row that others take for left behind may be theirs by now. One that cannot be removed is taken for that.
		if (isFresh(turn)) await turn.row?.remove().catch(() => undefined);
		if (turn.isWanted) this.courtesyUntil = performance.now() + COURTESY_MS;
		if (this.turn === turn) this.turn = undefined;
	}
}

const isFresh = ({ row, beatAt }: Turn): boolean =>
	row === undefined || performance.now() - beatAt < FRESH_MS;

const noDatabase = (cause: unknown): UserError =>
	new UserError(
		"n8n's database did not answer for 30 seconds, so nothing was created: another n8n process may be creating the same one. Run it again.",
		{ cause },
	);
