import { daysAfter } from '../../values/formats';
import type { ListRequest } from '../../api/pages';
import type { ListState, Look, News } from '../poll/look';
import { dayAt } from '../stamps';
import type { LookOptions } from './reader';
import { Reader, readEach } from './reader';
import type { Lookable, Samples } from './watch';

/** How far back the newest records are looked for; at last among all. */
const DAYS_BACK = [2, 10, 40, 160, 640];

/** Reads no list on when the time is over, whatever it is looked at for: somebody is waiting. */
export class HurriedReader extends Reader {
	override async look(list: ListRequest, state?: ListState, options?: LookOptions): Promise<Look> {
		return await super.look(list, state, { ...options, pause: 'whenLate' });
	}
}

/**
 * So many of the newest that are wanted, the oldest first, and the day from which on they were looked for, '' for all.
 *
 * @param atLeast as many are looked for however late it is
 */
export async function newest<N extends News>(
	watch: Lookable<N>,
	reader: Reader,
	branches: readonly number[],
	count: number,
	atLeast = 1,
): Promise<{ news: N[]; looks: ReadonlyMap<number, Look>; since: string }> {
	for (let tries = 0; ; tries++) {
		const isLast = tries === DAYS_BACK.length;
		const since = isLast ? '' : daysAfter(dayAt(reader.now), -DAYS_BACK[tries]);
		const { looks } = await readEach(branches, async (branch) => await watch.look(reader, branch, since));
		const news = watch.newsIn(looks, reader.now);
		const isLate = reader.isLate && news.length >= atLeast;
		if (news.length >= count || isLast || isLate) return { news: news.slice(-count), looks, since };
	}
}

/** The same for somebody who waits. */
export async function newestSamples(
	watch: Lookable,
	reader: Reader,
	branches: readonly number[],
	count: number,
): Promise<Samples> {
	const { news, looks } = await newest(watch, reader, branches, count, 0);
	return { news, isAll: !reader.isLate && [...looks.values()].every(({ list }) => list.next === undefined) };
}
