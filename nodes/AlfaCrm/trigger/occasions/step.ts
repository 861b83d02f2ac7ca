import type { IDataObject } from 'n8n-workflow';

import { idsOf, readId } from '../../values/formats';
import type { News } from '../poll/look';
import type { Occasion, OccasionKind } from './kinds';
import type { KnownOccasions } from './known';
import { readKnown, underLimit, writeKnown } from './known';
import type { Looked, OccasionsState } from './state';
import { firstOf, isBegun, settled, stillKnown } from './state';

interface StepSettings {
	kind: OccasionKind;
	/** An occasion is due as soon as its level is no more than this. */
	limit: number;
	/** Days since 1970. */
	today: number;
	/** n8n's time in milliseconds. */
	now: number;
	watched: readonly number[];
	/** Whether the first look tells what is due on the day of the beginning; what lasts, whenever that was. */
	tellsFirst: boolean;
}

export interface OccasionNews extends News {
	id: number;
	occasion: Occasion;
}

interface Step {
	/** What fell due first comes first. */
	news: OccasionNews[];
	/** What is known once so many of the news were told. */
	after: (taken: number) => OccasionsState;
}

/** A customer of a list. */
interface Listed {
	id: number;
	row: IDataObject;
	branches: number[];
}

type Verdict = 'news' | 'known' | 'over';

/** One poll: a function of what was known and what was read. */
export function step(
	given: OccasionsState,
	looks: ReadonlyMap<number, Looked<IDataObject>>,
	settings: StepSettings,
): Step {
	const { kind, limit, watched } = settings;
	const before = withOpening(given, settings);
	const known = knownNow(before, settings);
	const news: OccasionNews[] = [];
	const inZone = new Map<number, Listed>();
	for (const one of listedIn(looks)) {
		const occasion = occasionOf(one, known, before, settings);
		const verdict = occasion === undefined ? 'over' : judge(one, occasion, known, before, settings);
		if (verdict === 'over' || occasion === undefined) continue;
		inZone.set(one.id, one);
		if (verdict === 'news') news.push({ ...one, occasion });
	}
	news.sort((one, other) => one.occasion.mark - other.occasion.mark || one.id - other.id);

	const after = (taken: number): OccasionsState => {
		const isLeft = taken < news.length;
		const next = new Map(known);
		for (const { id, occasion } of news.slice(0, taken)) next.set(id, { mark: occasion.mark });
		const opened = Math.max(...Object.values(before.branches).flatMap(({ from }) => from ?? []), -Infinity);
		const branches = Object.fromEntries(
			watched.flatMap((branch) => {
				const [own, look] = [before.branches[branch], looks.get(branch)];
				if (look === undefined) return own === undefined ? [] : [[branch, own]];
				const shown = [...inZone.values()].filter(
					({ id, branches: at }) => at.includes(branch) && next.has(id),
				);
				const ids = new Set(shown.map(({ id }) => id));
				return [[branch, settled(own ?? {}, look, ids, { ...settings, isLeft, opened })]];
			}),
		);
		const held = Object.values(branches);
		return {
			known: writeKnown(stillKnown(next, held, kind)),
			limit,
			branches,
			hasBegun: before.hasBegun || held.some(isBegun),
		};
	};
	return { news, after };
}

/** The first poll opens its branches, also those that cannot be read yet. */
function withOpening(before: OccasionsState, { kind, limit, today, watched }: StepSettings): OccasionsState {
	if (before.hasBegun || Object.keys(before.branches).length > 0) return before;
	const look = { opening: today, from: kind.opensFrom?.(today, limit) };
	return { ...before, branches: Object.fromEntries(watched.map((branch) => [branch, look])) };
}

/** By limits that change, what lasts keeps what it was known under. */
function knownNow(
	{ known, limit: before }: OccasionsState,
	{ kind, limit }: Pick<StepSettings, 'kind' | 'limit'>,
): KnownOccasions {
	const read = readKnown(known);
	return kind.opensFrom === undefined && limit !== before ? underLimit(read, before, limit) : read;
}

/** The highest level that matters. */
export function zoneOf(before: OccasionsState, settings: Pick<StepSettings, 'kind' | 'limit'>): number {
	const unders = [...knownNow(before, settings).values()].map(({ under }) => under);
	return Math.max(settings.limit, ...unders.filter((under) => under !== undefined));
}

/** Each customer once, whichever branches list them. */
function listedIn(looks: ReadonlyMap<number, Looked<IDataObject>>): Listed[] {
	const found = new Map<number, Listed>();
	for (const [branch, { rows }] of looks) {
		for (const row of rows) {
			const id = readId(row.id);
			if (id === undefined) continue;
			const one = found.get(id) ?? { id, row, branches: [] };
			found.set(id, one);
			if (!one.branches.includes(branch)) one.branches.push(branch);
		}
	}
	return [...found.values()];
}

/** What is open of a customer. */
function occasionOf(
	{ id, row, branches }: Listed,
	known: KnownOccasions,
	{ branches: all }: OccasionsState,
	{ kind, today, limit }: StepSettings,
): Occasion | undefined {
	const looks = branches.flatMap((branch) => all[branch] ?? []);
	const from = firstOf(looks, Object.values(all)) ?? kind.opensFrom?.(today, limit) ?? 0;
	const first = kind.read(row, today, from);
	const own = known.get(id);
	const isTold = own !== undefined && own.held === undefined;
	// After a birthday comes the next one.
	const isPast = isTold && first !== undefined && first.mark < today && kind.isSame(own.mark, first.mark);
	const occasion = isPast ? kind.read(row, today, first.mark + 1) : first;
	const isOver = kind.opensFrom !== undefined && occasion !== undefined && occasion.mark < from;
	return isOver ? undefined : occasion;
}

/** Takes down what is not to be told. */
function judge(
	one: Listed,
	occasion: Occasion,
	known: KnownOccasions,
	before: OccasionsState,
	{ kind, limit, today, tellsFirst }: StepSettings,
): Verdict {
	const { level, mark } = occasion;
	const isDated = kind.opensFrom !== undefined;
	const own = known.get(one.id);
	const isSame = own !== undefined && kind.isSame(own.mark, mark);
	if (level > Math.max(limit, isSame ? (own.under ?? limit) : limit)) {
		// What is dated is known by its day, whatever comes between.
		if (!isDated) known.delete(one.id);
		return 'over';
	}
	if (isSame) {
		if (own.held !== undefined && level <= Math.min(limit, own.held)) return 'news';
		if (!isDated) known.set(one.id, { ...own, mark: Math.min(own.mark, mark) });
		return 'known';
	}
	const begun = begunFor(one, before);
	if (begun.length === 0) {
		const openings = one.branches.flatMap((branch) => before.branches[branch]?.opening ?? []);
		// Where a day tells it, what has fallen due since the beginning is news anyway.
		const most = tellsFirst ? limit : limit + 1;
		if (openings.some((opening) => (isDated ? level + today - opening >= most : tellsFirst))) return 'news';
		known.set(one.id, { mark });
		return 'known';
	}
	const limitBefore = Math.max(...begun.map((look) => look.limit));
	const daysSince = today - Math.max(...begun.map((look) => look.day));
	// With another limit, what it makes due at once is due when it would have been: neither all at once, nor never.
	const isCrossed = isDated && level + daysSince > limit;
	if (level <= limitBefore || isCrossed) return 'news';
	known.set(one.id, { mark, held: limitBefore });
	return 'known';
}

/** The branches of a customer that have been read whole; one that was not just looked at may be named by the card. */
function begunFor({ row, branches }: Listed, before: OccasionsState) {
	const named = Array.isArray(row.branch_ids) ? row.branch_ids.map((id) => ({ id })) : [];
	return [...new Set([...branches, ...idsOf(named as IDataObject[])])]
		.map((branch) => before.branches[branch])
		.filter(isBegun);
}
