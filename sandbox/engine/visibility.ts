import { InputError } from '../model/inputError';
import { isObject, type Row } from '../model/json';

/**
 * When a row shows up in lists: after so many of them, at an account-local time, or never; `counted`: never, but
 * the total counts it and its page is one row short.
 */
export type Visibility = { afterCalls: number } | { at: string } | 'never' | 'counted';

/** Checks a visibility as it comes from outside; throws an InputError that says what is wrong. */
export function checkVisibility(given: unknown): Visibility {
	if (given === 'never' || given === 'counted') return given;
	const { afterCalls, at } = isObject(given) ? given : {};
	if (typeof afterCalls === 'number' && Number.isInteger(afterCalls) && afterCalls >= 0)
		return { afterCalls };
	if (typeof at === 'string' && /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(at)) return { at };
	throw new InputError(
		'A visibility must be {"afterCalls": N}, {"at": "yyyy-mm-dd hh:mm:ss"}, "never" or "counted"',
	);
}

/** Rows of one entity that lists do not show, or not yet. */
export class HiddenRows {
	private readonly byId: Map<number, Visibility>;

	constructor(entries: ReadonlyArray<[number, Visibility]> = []) {
		this.byId = new Map(entries);
	}

	entries(): ReadonlyArray<[number, Visibility]> {
		return [...this.byId];
	}

	set(id: number, visibility: Visibility): void {
		this.byId.set(id, visibility);
	}

	delete(id: number): boolean {
		return this.byId.delete(id);
	}

	isCounted(id: number): boolean {
		return this.byId.get(id) === 'counted';
	}

	/** What a list knows of now, counted rows included; asking counts as one list. */
	filter(rows: readonly Row[], now: string): readonly Row[] {
		if (this.byId.size === 0) return rows;
		const shown = rows.filter(({ id }) => this.isShown(id, now));
		for (const [id, visibility] of this.byId) {
			if (typeof visibility === 'object' && 'afterCalls' in visibility) {
				this.byId.set(id, { afterCalls: Math.max(0, visibility.afterCalls - 1) });
			}
		}
		return shown;
	}

	private isShown(id: number, now: string): boolean {
		const visibility = this.byId.get(id);
		if (visibility === undefined || visibility === 'counted') return true;
		if (visibility === 'never') return false;
		return 'at' in visibility ? visibility.at <= now : visibility.afterCalls === 0;
	}
}
