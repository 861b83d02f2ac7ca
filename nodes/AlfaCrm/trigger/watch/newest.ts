import type { Look, News } from '../poll/look';
import { dayAt, daysAfter } from '../poll/stamps';
import type { Reader } from './reader';
import { readEach } from './reader';
import type { Watch } from './watch';

/** How far back the newest records are looked for; at last among all. */
const DAYS_BACK = [2, 10, 40, 160, 640];

/** So many of the newest that are wanted, the oldest first, and the day from which on they were looked for, '' for all. */
export async function newest<N extends News>(
	watch: Pick<Watch<N>, 'look' | 'newsIn'>,
	reader: Reader,
	branches: readonly number[],
	count: number,
): Promise<{ news: N[]; looks: ReadonlyMap<number, Look>; since: string }> {
	for (let tries = 0; ; tries++) {
		const isLast = tries === DAYS_BACK.length;
		const since = isLast ? '' : daysAfter(dayAt(reader.now), -DAYS_BACK[tries]);
		const { looks } = await readEach(branches, async (branch) => await watch.look(reader, branch, since));
		const news = watch.newsIn(looks, reader.now);
		const isLate = reader.isLate && news.length > 0;
		if (news.length >= count || isLast || isLate) return { news: news.slice(-count), looks, since };
	}
}
