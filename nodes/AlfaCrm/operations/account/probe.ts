import type { IDataObject } from 'n8n-workflow';

import type { ApiFailure } from '../../api/failures';
import { readId } from '../../values/formats';
import { readPage } from '../../api/pages';
import { entities } from '../../entities/registry';
import type { Item } from '../execution/item';

/** With the login and the call that n8n sends again after it, where the first list is denied, 140 in all. */
const MAX_CALLS = 138;
/** After so many calls in a row without an answer nothing more is asked. */
const MAX_LOST = 3;

/** A list as it is asked for; `branch` is the one that is looked at unless it is given, null goes without one. */
export interface Ask {
	path: string;
	body?: IDataObject;
	query?: IDataObject;
	branch?: number | null;
}

/** What became of a call: rows, or how it failed. */
export interface Answer {
	rows?: IDataObject[];
	total?: number;
	failure?: Pick<ApiFailure, 'kind' | 'status'>;
}

/** Why a check cannot be made. */
export class NotTold extends Error {
	constructor(readonly reason: 'denied' | 'deniedEverywhere' | 'failed' | 'spent') {
		super(reason);
	}
}

/** For a promise that may not tell: gives the reason, and passes on whatever else went wrong. */
export function notTold(caught: unknown): NotTold {
	if (caught instanceof NotTold) return caught;
	throw caught;
}

/** @returns undefined where that cannot be told */
export async function ifTold<T>(asking: Promise<T>): Promise<T | undefined> {
	return await asking.catch((caught: unknown) => void notTold(caught));
}

/** Bodies with which a list hides as little as may be. API notes 3, 5.6, 5.15. */
const WHOLE: Readonly<Record<string, IDataObject>> = {
	customer: { is_study: 2, removed: 1 },
	group: { removed: 1 },
	teacher: { removed: 1 },
};

/** Of the account, not of a branch. */
const GLOBAL = entities.filter(({ scope }) => scope === 'global').map(({ path }) => path);

/** What concerns the login, the network or the user who cancels ends the whole; anything else tells something. */
const ENDS: ReadonlyArray<ApiFailure['kind']> = ['login', 'redirect', 'cancelled', 'notSent'];

/**
 * Asks an account for lists, each once however many checks need it, and never for anything else: `index` is all that it
 * can call. It logs in once at most, and stops at a number of calls.
 */
export class Probe {
	/** The branch that is looked at. */
	branch = 1;
	/** How long each answer took, from when its turn had come. */
	readonly times: number[] = [];
	calls = 0;
	private readonly known = new Map<string, Promise<Answer>>();
	private lost = 0;

	constructor(private readonly item: Item) {}

	get zone(): string {
		return this.item.zone;
	}

	/** Page 0 unless the body says another, as it comes: a failure is an answer too. */
	async ask(ask: Ask): Promise<Answer> {
		const { path, body, query, branch = this.branch } = ask;
		const place = GLOBAL.includes(path) ? null : branch;
		const key = JSON.stringify([path, place, query, { page: 0, ...body }]);
		const known = this.known.get(key) ?? this.send(ask);
		this.known.set(key, known);
		return await known;
	}

	private async send({ path, body, query, branch = this.branch }: Ask): Promise<Answer> {
		if (this.calls >= MAX_CALLS || this.lost >= MAX_LOST) throw new NotTold('spent');
		let begun = 0;
		let failure: ApiFailure | undefined;
		const answer = await this.item.execution.client.attempt(
			{
				...{ path, action: 'index', query, body: { page: 0, ...body } },
				...(branch === null || GLOBAL.includes(path) ? {} : { branch }),
				...{ task: `check ${path}/index`, isIdempotent: true },
				...this.item.requestContext(),
				onSend: () => {
					this.item.requestContext().onSend?.();
					if (this.calls >= MAX_CALLS) throw new NotTold('spent');
					this.calls += 1;
					begun = performance.now();
				},
			},
			(one) => {
				failure = one;
				return !this.endsAll(one);
			},
		);
		if (answer === undefined) return this.failed(failure);
		this.lost = 0;
		this.times.push(performance.now() - begun);
		const page = readPage(answer);
		return page ? { rows: page.items, total: page.total } : { failure: { kind: 'notJson' } };
	}

	/** With the very first call goes whatever speaks of the credential; a 401 never is about a single list. */
	private endsAll({ kind, status }: ApiFailure): boolean {
		const isOfAll = ENDS.includes(kind) || status === 401;
		return isOfAll || (this.times.length === 0 && (kind === 'noAnswer' || kind === 'notJson'));
	}

	private failed({ kind, status }: ApiFailure = { kind: 'unexpected' }): Answer {
		this.lost = kind === 'noAnswer' ? this.lost + 1 : 0;
		return { failure: { kind, status } };
	}

	/** What a list hides least with. */
	whole(path: string, body?: IDataObject): Ask {
		return { path, body: { ...WHOLE[path], ...body } };
	}

	/**
	 * The rows of a page.
	 *
	 * @throws NotTold when there are none to see
	 */
	async rows(ask: Ask): Promise<IDataObject[]> {
		const { rows, failure } = await this.ask(ask);
		if (rows !== undefined) return rows;
		if (failure?.status !== 403) throw new NotTold('failed');
		throw new NotTold(GLOBAL.includes(ask.path) ? 'deniedEverywhere' : 'denied');
	}

	/** Page 0 of a list that hides as little as may be, and what was given besides. */
	async page(path: string, body?: IDataObject): Promise<IDataObject[]> {
		return await this.rows(this.whole(path, body));
	}
}

/** Tells rows apart; those of the log have no ID. */
export const keyOf = (row: IDataObject): string => String(readId(row.id) ?? JSON.stringify(row));

export const keysOf = (rows: readonly IDataObject[]): Set<string> => new Set(rows.map(keyOf));

/** Whether every row is among others. */
export function areAmong(rows: readonly IDataObject[], others: readonly IDataObject[]): boolean {
	const keys = keysOf(others);
	return rows.every((row) => keys.has(keyOf(row)));
}
