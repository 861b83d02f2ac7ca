import type { INodeParameters } from 'n8n-workflow';

import { Poller } from '../support/poller';
import { useSchool } from '../support/school';
import { between, CUSTOMERS, LARGE, LOG, range, World } from '../support/world';

afterEach(() => jest.restoreAllMocks());

const options = { startWith: 4, maxPerPoll: 1 };
type Becomes = 'closed' | 'forbidden';
const back = { forbidden: 'allowed', closed: 'open' } as const;
const cases = (['closed', 'forbidden'] as const).flatMap((becomes) =>
	[1, 3].map((polls) => ({ becomes, polls })),
);

async function without(world: World, becomes: Becomes, polls: number): Promise<void> {
	world.branch(2, becomes);
	await world.polls(polls, 61);
	world.branch(2, back[becomes]);
	await world.polls(6, 61);
}

describe('what is left of Start With Newest in a branch comes once that is there again', () => {
	it.each(cases)('customers, $becomes for $polls polls', async ({ becomes, polls }) => {
		const parameters = { ...CUSTOMERS, addNames: false, options };
		const world = new World({ settings: LARGE, branches: 3, parameters });
		const ids = [1, 2, 1, 2].map((branch, n) => world.customer({ branch_ids: [branch] }, { ago: 100 - n }));
		await world.poll();
		await without(world, becomes, polls);
		expect([...world.out].sort()).toEqual(ids);
	});

	it.each(cases)('changes, $becomes for $polls polls', async ({ becomes, polls }) => {
		const world = new World({ settings: LARGE, branches: 3, parameters: { ...LOG, options } });
		const ids = [1, 2, 1, 2].map((branch, n) => world.log({ branches: [branch], ago: 100 - n }));
		await world.poll();
		await without(world, becomes, polls);
		expect([...world.out].sort()).toEqual(ids);
	});
});

const sources = ['customers', 'changes'] as const;

/** Six that wait to be reported one by one, of two branches; two have been. */
async function waiting(source: (typeof sources)[number], chosen: INodeParameters) {
	const parameters = {
		...(source === 'customers' ? CUSTOMERS : LOG),
		options: { startWith: 6, maxPerPoll: 1 },
	};
	const world = new World({ settings: LARGE, branches: 2, parameters: { ...parameters, ...chosen } });
	const ids = [1, 1, 2, 2, 1, 2].map((branch, n) =>
		source === 'customers'
			? world.customer({ branch_ids: [branch] }, { ago: 60 - n })
			: world.log({ branches: [branch], ago: 60 - n }),
	);
	await world.poll();
	await world.polls(1, 5);
	return { world, ids, parameters };
}

it.each(sources)('%s: an empty list that is counted is a failure, and takes nothing away', async (source) => {
	const { world, ids } = await waiting(source, {});
	let isOdd = true;
	between(world, async (_asked, real) => {
		const answer = await real();
		return isOdd ? { ...answer, items: [] } : answer;
	});
	await world.polls(1, 5);
	await world.polls(1, 61);
	isOdd = false;
	await world.polls(8, 35);
	expect(world.out).toEqual(ids);
});

it.each(sources)('%s: a branch that is chosen no more is not waited for', async (source) => {
	const { world, parameters } = await waiting(source, { branchIds: [1, 2] });
	world.poller.change({ ...parameters, branchIds: [1] });
	await world.polls(6, 61);
	expect(world.out).toEqual([1, 2, 5]);
	expect(world.requests.slice(-3)).toEqual([1, 1, 1]);
	const { known } = world.poller.state.state as { known: { start: unknown; startOf?: unknown } };
	expect([known.start, known.startOf]).toEqual([
		source === 'customers' ? '' : expect.objectContaining({ keys: [] }),
		undefined,
	]);
});

describe('a poll in which a branch fails', () => {
	const school = useSchool({ customers: 0 });

	it.each(['status', 'reset'] as const)('loses nothing that waits there: %s', async (kind) => {
		const { store, faults } = school.sandbox;
		const ids = [1, 2, 1, 2].map(
			(branch) => store.insert('customer', { name: 'Анна', is_study: 0, branch_ids: [branch] }).id,
		);
		const parameters = { ...CUSTOMERS, addNames: false, options };
		const poller = new Poller(school.engine, parameters);
		const out = (await poller.tick()).map(({ id }) => id);
		faults.add({ kind, times: 0, match: { branch: 2, entity: 'customer' } });
		out.push(...(await poller.tick()).map(({ id }) => id));
		faults.clear();
		for (let poll = 0; poll < 5; poll++) out.push(...(await poller.tick()).map(({ id }) => id));
		expect([...out].sort()).toEqual(ids);
	});
});

it('a branch that is forbidden for good is looked into for them once an hour, and forgotten after a month', async () => {
	const settings = { pageSize: 20, bodyPageSize: 'ignored' } as const;
	const parameters = { ...LOG, options: { startWith: 300, maxPerPoll: 100 } };
	const world = new World({ settings, branches: 2, parameters });
	range(1, 400).forEach((n) => world.log({ branches: [1 + (n % 2)], ago: (400 - n) * 30 + 10 }));
	await world.poll();
	world.branch(2, 'forbidden');
	await world.polls(10, 61);
	await world.polls(5, 5);
	expect(world.requests.slice(-4)).toEqual([2, 2, 2, 2]);
	world.now = world.now.plus({ days: 40 });
	await world.polls(2, 61);
	await world.polls(3, 5);
	expect(world.requests.slice(-3)).toEqual([2, 2, 2]);
});

describe('a branch is really empty, and its total says one', () => {
	const settings = { ...LARGE, total: 'oneTooHigh', logScope: 'branch' } as const;

	it('changes of another branch that is forbidden are looked for once an hour, for a month', async () => {
		const world = new World({ settings, branches: 3, parameters: { ...LOG, options } });
		[1, 2, 1, 2].forEach((branch, n) => world.log({ branches: [branch], ago: 100 - n }));
		await world.poll();
		world.branch(2, 'forbidden');
		await world.polls(4, 61);
		await world.polls(4, 5);
		// The branch without any is asked for a second time, without a size.
		expect(world.requests.slice(-3)).toEqual([4, 4, 4]);
		world.pass(31 * 1_440);
		await world.polls(2, 61);
		const { known } = world.poller.state.state as { known: { start: unknown } };
		expect(known.start).toMatchObject({ keys: [] });
	});

	it('customers that are gone before they are reported are forgotten after a month', async () => {
		const parameters = { ...CUSTOMERS, addNames: false, options };
		const world = new World({ settings, branches: 2, parameters });
		const ids = range(1, 4).map((n) => world.customer({}, { ago: 100 - n }));
		await world.poll();
		world.school.store.remove('customer', ids[2]);
		await world.polls(6, 61);
		expect(world.out).toEqual([ids[0], ids[1], ids[3]]);
		for (let day = 0; day < 40; day++) {
			world.customer();
			await world.polls(1, 1_440);
		}
		const { known } = world.poller.state.state as { known: { start: string; since: string } };
		expect(known.start).toBe('');
		expect(known.since > '2026-03-01').toBe(true);
	});
});
