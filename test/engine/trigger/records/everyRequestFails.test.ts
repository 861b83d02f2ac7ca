import type { Settings } from '../../../../sandbox/model/settings';
import { httpFailure } from '../../support/direct';
import { between, CUSTOMERS, range, World } from '../../support/world';

afterEach(() => {
	jest.restoreAllMocks();
});

/** What happens in each poll of the matrix. */
const LIVES: Array<(world: World) => void> = [
	(world) => range(1, 3).forEach(() => world.customer({ lead_status_id: 1 })),
	(world) => {
		world.customer({ branch_ids: [2], lead_status_id: 2 });
		world.customer({ branch_ids: [1, 2], lead_status_id: 1 });
	},
	(world) => range(1, 7).forEach((n) => world.customer({ branch_ids: [1 + (n % 2)], lead_status_id: n % 2 })),
	(world) => {
		world.customer({ lead_status_id: 1 }, { hiddenMinutes: 90 });
		world.school.store
			.rows('customer')
			.slice(-6)
			.forEach(({ id }) => world.school.store.patch('customer', id, { lead_status_id: 1 }));
	},
	() => {},
	(world) => void world.customer({ branch_ids: [2], lead_status_id: 1 }),
	() => {},
	() => {},
];

type Kind = 500 | 'empty';

async function play(
	settings: Partial<Settings>,
	max: number,
	poll: number,
	at: number,
	kind: Kind,
	isOnce: boolean,
): Promise<{ world: World; most: number }> {
	const parameters = { ...CUSTOMERS, filters: { lead_status_id: [1] }, options: { maxPerPoll: max } };
	const world = new World({ settings, branches: 2, parameters });
	range(1, 8).forEach((n) =>
		world.customer({ lead_status_id: n % 2, branch_ids: [1 + (n % 2)] }, { ago: n * 400 }),
	);
	let count = 0;
	let isFaulty = false;
	between(world, async (_asked, real) => {
		count += 1;
		if (isFaulty && (isOnce ? count === at : count >= at)) {
			if (kind === 500) throw httpFailure(kind);
			return { total: 0, items: [], count: 0, page: 0 };
		}
		return await real();
	});
	let most = 0;
	await world.poll().catch(() => []);
	for (let n = 0; n < LIVES.length; n++) {
		world.pass(n % 3 === 0 ? 61 : 20);
		LIVES[n]?.(world);
		isFaulty = n === poll;
		count = 0;
		await world.poll().catch(() => []);
		most = Math.max(most, isFaulty ? count : 0);
		isFaulty = false;
	}
	for (let n = 0; n < 16; n++) {
		world.pass(61);
		await world.poll();
	}
	return { world, most };
}

it.each<[string, Partial<Settings>, number]>([
	['pages of 3, one a poll', { pageSize: 3, bodyPageSize: 'ignored' }, 1],
	['sizes refused', { pageSize: 2, bodyPageSize: 'refused400' }, 500],
])(
	'a fault at any request of any poll loses nothing and repeats nothing: %s',
	async (_name, settings, max) => {
		const timer = globalThis.setTimeout;
		jest
			.spyOn(globalThis, 'setTimeout')
			.mockImplementation(((run: () => void, _ms?: number, ...rest: unknown[]) =>
				timer(run, 0, ...(rest as []))) as never);
		const { world: right } = await play(settings, max, -1, 0, 500, false);
		jest.restoreAllMocks();
		const wrong: string[] = [];
		for (const kind of [500, 'empty'] as Kind[])
			for (const isOnce of [true, false])
				for (let poll = 0; poll < LIVES.length; poll++)
					for (let at = 1, most = 1; at <= most && at < 30; at++) {
						jest
							.spyOn(globalThis, 'setTimeout')
							.mockImplementation(((run: () => void, _ms?: number, ...rest: unknown[]) =>
								timer(run, 0, ...(rest as []))) as never);
						const { world, most: count } = await play(settings, max, poll, at, kind, isOnce);
						jest.restoreAllMocks();
						most = isOnce ? count : Math.max(most, count > at ? at + 1 : at);
						const lost = right.out.filter((id) => !world.out.includes(id));
						const more = world.out.filter((id) => !right.out.includes(id));
						if (lost.length + more.length + world.repeated.length > 0)
							wrong.push(
								`${kind} ${isOnce ? 'once' : 'from then on'} poll ${poll} request ${at}: lost ${lost.join()} more ${more.join()} repeated ${world.repeated.join()}`,
							);
					}
		expect(wrong.slice(0, 20)).toEqual([]);
	},
	120_000,
);
