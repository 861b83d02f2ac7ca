import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import { depth, seed } from '../support/depth';
import { SmallSchool } from '../unit/operations/school';

/** A list whose rows come and go while its pages are asked for, several at once, in any order of their answers. */
const COUNT = 130;
const idsOf = (rows: readonly IDataObject[]) => rows.map(({ id }) => Number(id)).sort((a, b) => a - b);
/** Five pages at once, however near AlfaCRM is. */
const atOnce = { credential: { callsAtOnce: 5 } };

const settings = {
	bodyPageSize: fc.constantFrom(
		...(['ignored', 'honoured', 'capped50', 'lossy50'] as const),
		...(['refused400', 'refused200', 'emptyFirst'] as const),
	),
	pageSize: fc.constantFrom(20, 50, 100),
	pastEnd: fc.constantFrom('empty' as const, 'repeatLast' as const),
	total: fc.constantFrom(...(['present', 'missing', 'pageSize', 'pageLength', 'oneTooLow'] as const)),
};
const isCounted = (total: string) => total === 'present' || total === 'oneTooLow';

function schoolOf(chosen: ConstructorParameters<typeof SmallSchool>[0]): SmallSchool {
	const school = new SmallSchool(chosen);
	school.store.withoutEvents(() => {
		for (let count = 0; count < COUNT; count++) school.lead({ name: `Лунная Вера ${count}` });
	});
	return school;
}
const list = (more: IDataObject = { returnAll: true }): IDataObject => ({
	resource: 'customer',
	operation: 'getAll',
	branchId: 1,
	is_study: 2,
	removed: 1,
	simplify: false,
	...more,
});

const world = fc
	.record({
		...settings,
		/** Whether somebody leaves, or joins, at some of the calls. */
		goes: fc.boolean(),
		at: fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { maxLength: 6 }),
		which: fc.nat(),
	})
	// That nothing is there because page 0 is empty, no one can tell where nothing is counted either.
	.filter(({ bodyPageSize, total }) => bodyPageSize !== 'emptyFirst' || total !== 'missing')
	.filter(({ bodyPageSize, total }) => bodyPageSize !== 'emptyFirst' || total !== 'pageLength')
	// What goes without being counted cannot be noticed.
	.filter(({ goes, at, total }) => !goes || at.length === 0 || total === 'present')
	.filter(
		({ at, total }) => at.length === 0 || isCounted(total) || total === 'missing' || total === 'pageSize',
	);

it('Return All gives every row that is there all the time exactly once, and no hint', async () => {
	let most = 0;
	const property = fc.asyncProperty(world, fc.scheduler(), async ({ goes, at, which, ...chosen }, order) => {
		const school = schoolOf(chosen);
		const there = idsOf(school.rows('customer'));
		let underWay = 0;
		school.onCall = async () => {
			const count = school.calls.length;
			most = Math.max(most, (underWay += 1));
			await order.schedule(Promise.resolve());
			underWay -= 1;
			if (!at.includes(count)) return undefined;
			const rows = school.rows('customer');
			if (goes) school.store.remove('customer', Number(rows[(which * count) % rows.length].id));
			else school.lead({ name: `Лунная Вера ${COUNT + count}` });
			return undefined;
		};
		const { json, hints } = await order.waitFor(school.done(list(), atOnce));
		const left = new Set(idsOf(school.rows('customer')));
		const came = idsOf(json);
		expect(came).toEqual([...new Set(came)]);
		expect(there.filter((id) => left.has(id) && !came.includes(id))).toEqual([]);
		expect(hints).toEqual([]);
	});
	await fc.assert(property, { seed, numRuns: depth.changingLists });
	expect(most).toBeGreaterThan(2);
});

it('a limit gives the first rows of what Return All gives', async () => {
	const limits = fc.constantFrom(1, 19, 20, 49, 50, 51, 100, COUNT + 1);
	const property = fc.asyncProperty(fc.record(settings), limits, async (chosen, limit) => {
		const school = schoolOf(chosen);
		const ids = async (more?: IDataObject) =>
			(await school.done(list(more), atOnce)).json.map(({ id }) => id);
		expect(await ids({ returnAll: false, limit })).toEqual((await ids()).slice(0, limit));
	});
	await fc.assert(property, { seed, numRuns: Math.ceil(depth.changingLists / 2) });
});
