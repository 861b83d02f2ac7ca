import type { JsonObject } from '../../../../sandbox/model/json';
import { between, LOG, range, SMALL, World } from '../../support/world';
import { httpFailure } from '../../support/direct';

afterEach(() => {
	jest.restoreAllMocks();
});

type Entry = JsonObject & { date_time: string; entity_id: number };
let random = 1;
const next = (below: number): number => (random = (random * 48_271) % 2_147_483_647) % below;

/** Fields of the sandbox's own that AlfaCRM does not show. */
const OWN = ['id', 'branch_ids'];
const orders: Record<string, (rows: Entry[]) => Entry[]> = {
	'oldest first': (rows) => [...rows].sort((a, b) => a.entity_id - b.entity_id),
	'ties shuffled at each request': (rows) =>
		rows
			.map((row) => ({ row, place: next(1_000) }))
			.sort((a, b) =>
				a.row.date_time < b.row.date_time ? 1 : a.row.date_time > b.row.date_time ? -1 : a.place - b.place,
			)
			.map(({ row }) => row),
	'ties oldest first': (rows) =>
		[...rows].sort((a, b) =>
			a.date_time < b.date_time ? 1 : a.date_time > b.date_time ? -1 : a.entity_id - b.entity_id,
		),
};

/** The account lists its log in another order. */
function reorder(world: World, order: string, size = 20): void {
	between(world, async (asked, real) => {
		const answer = await real();
		if (!asked.url.includes('/log/')) return answer;
		const rows = world.school.store.visible('log', world.school.store.rows('log')) as unknown as Entry[];
		const from = String(asked.body?.date_from ?? '')
			.split('.')
			.reverse()
			.join('-');
		const shown = orders[order](rows.filter((row) => from === '' || row.date_time >= from));
		const page = Number(asked.body?.page ?? 0);
		const items = shown
			.slice(page * size, (page + 1) * size)
			.map(
				(row) =>
					Object.fromEntries(Object.entries(row).filter(([name]) => !OWN.includes(name))) as JsonObject,
			);
		return { total: shown.length, count: items.length, page, items };
	});
}

it.each(Object.keys(orders).flatMap((order) => [500, 30].map((most) => [order, most] as const)))(
	'order %s, Max %s',
	async (order, most) => {
		random = 77;
		const world = new World({ settings: SMALL, parameters: { ...LOG, options: { maxPerPoll: most } } });
		reorder(world, order);
		for (let round = 0; round < 300; round++) {
			world.pass(30);
			world.log();
		}
		await world.poll();
		const before = world.out.length;
		const old = world.entries;
		for (const n of range(1, 60)) {
			for (let round = 0; round < 1 + next(6); round++) world.log();
			if (n % 20 === 0) for (let round = 0; round < 60; round++) world.log();
			world.pass(5 + (n % 10 === 0 ? 300 : 0));
			await world.poll();
		}
		await world.polls(40, 5);
		await world.polls(3, 61);
		const lost = range(old + 1, world.entries).filter((id) => !world.out.includes(id)).length;
		const odd = world.out.filter((id) => id <= old).length;
		expect({ before, lost, odd, repeated: world.repeated.length }).toEqual({
			before: 0,
			lost: 0,
			odd: 0,
			repeated: 0,
		});
	},
	100_000,
);

it('each request of each poll fails once in each way', async () => {
	const ways: Array<[string, () => Promise<JsonObject>]> = [
		['500', async () => await Promise.reject(httpFailure(500))],
		['403', async () => await Promise.reject(httpFailure(403))],
		['html', async () => '<html>Ошибка</html>' as unknown as JsonObject],
		[
			'reset',
			async () => await Promise.reject(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })),
		],
		['empty', async () => ({ total: 0, count: 0, page: 0, items: [] })],
		['no items', async () => ({})],
	];
	const problems: string[] = [];
	for (const [name, way] of ways) {
		for (const branches of [1, 2]) {
			for (let at = 1; at <= 14; at++) {
				const world = new World({
					settings: SMALL,
					branches,
					parameters: { ...LOG, options: { maxPerPoll: 25 } },
				});
				for (let round = 0; round < 30; round++) {
					world.pass(10);
					world.log();
				}
				await world.poll();
				const old = world.entries;
				let count = 0;
				let from = Infinity;
				between(world, async (_asked, real) => {
					count += 1;
					// The same call again within the poll fails as well.
					if (count >= from) return await way();
					return await real();
				});
				for (let n = 0; n < 6; n++) {
					for (const m of range(1, 17)) world.log({ branches: [1 + (m % branches)] });
					world.pass(n === 3 ? 70 : 5);
					from = n === 2 || n === 3 ? count + at : Infinity;
					await world.poll().catch(() => []);
				}
				from = Infinity;
				for (let n = 0; n < 14; n++) {
					world.pass(n > 10 ? 61 : 5);
					await world.poll();
				}
				const lost = range(old + 1, world.entries).filter((id) => !world.out.includes(id)).length;
				const odd = world.out.filter((id) => id <= old).length;
				if (lost + odd + world.repeated.length > 0)
					problems.push(
						`${name} ${branches} at ${at}: ${lost} lost, ${odd} odd, ${world.repeated.length} repeated`,
					);
				jest.restoreAllMocks();
			}
		}
	}
	expect(problems).toEqual([]);
}, 400_000);
