import { InputError } from '../model/input-error';
import { isObject, type Row } from '../model/json';

/**
 * When a row shows up in lists: after so many of them, at an account-local time, or never; `counted`: never, but
 * the total counts it and its page is one row short.
 */
export type Appearance = { afterCalls: number } | { at: string } | 'never' | 'counted';

/** Checks an appearance as it comes from outside; throws an InputError that says what is wrong. */
export function checkAppearance(given: unknown): Appearance {
	if (given === 'never' || given === 'counted') return given;
	const { afterCalls, at } = isObject(given) ? given : {};
	if (typeof afterCalls === 'number' && Number.isInteger(afterCalls) && afterCalls >= 0)
		return { afterCalls };
	if (typeof at === 'string' && /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(at)) return { at };
	throw new InputError(
		'An appearance must be {"afterCalls": N}, {"at": "yyyy-mm-dd hh:mm:ss"}, "never" or "counted"',
	);
}

/** Rows of one entity that lists do not show, or not yet. */
export class Concealed {
	private readonly byId: Map<number, Appearance>;

	constructor(entries: ReadonlyArray<[number, Appearance]> = []) {
		this.byId = new Map(entries);
	}

	entries(): ReadonlyArray<[number, Appearance]> {
		return [...this.byId];
	}

	set(id: number, appearance: Appearance): void {
		this.byId.set(id, appearance);
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
		for (const [id, appearance] of this.byId) {
			if (typeof appearance === 'object' && 'afterCalls' in appearance) {
				this.byId.set(id, { afterCalls: Math.max(0, appearance.afterCalls - 1) });
			}
		}
		return shown;
	}

	private isShown(id: number, now: string): boolean {
		const appearance = this.byId.get(id);
		if (appearance === undefined || appearance === 'counted') return true;
		if (appearance === 'never') return false;
		return 'at' in appearance ? appearance.at <= now : appearance.afterCalls === 0;
	}
}
