import type { INodeParameters } from 'n8n-workflow';

import { CUSTOMERS, LARGE, LOG, range, SMALL, World } from '../support/world';

afterEach(() => {
	jest.restoreAllMocks();
});

it('Start With Newest does not apply to another event, however long it takes to begin', async () => {
	const world = new World({ settings: SMALL, parameters: LOG });
	range(1, 2_400).forEach((n) => world.customer({}, { ago: 2_500 - n }));
	world.log();
	await world.poll();
	world.poller.change({ ...CUSTOMERS, options: { startWith: 3 } });
	await world.polls(6, 10);
	expect(world.out).toEqual([]);
});

describe('a value of an expression', () => {
	/** What comes out once a lead, a client, and a change, a creation and a deletion of a customer and of a lesson are new. */
	const told = async (parameters: INodeParameters) => {
		const world = new World({ settings: LARGE, parameters });
		world.customer();
		world.log();
		await world.poll();
		world.pass(5);
		for (const is_study of [0, 1]) world.customer({ is_study });
		for (const entity of ['Customer', 'Lesson', 'Made-Up'])
			for (const event of [1, 2, 3]) world.log({ values: { entity, event } });
		return await world.poll();
	};

	it.each<[parameters: INodeParameters, ids: number[]]>([
		[{ ...LOG, events: ['Updated'] }, [3, 6, 9]],
		[{ ...LOG, events: 'CREATE, deleted' }, [2, 4, 5, 7, 8, 10]],
		[{ ...LOG, events: '' }, range(2, 10)],
		[{ ...LOG, entities: ['customer'] }, [2, 3, 4]],
		[{ ...LOG, entities: 'LESSON, made-up' }, range(5, 10)],
		[{ ...LOG, entities: ['made-up'] }, [8, 9, 10]],
		[{ ...LOG, entities: ['constructor'] }, []],
		[{ ...CUSTOMERS, is_study: '' }, [2, 3]],
		[{ ...CUSTOMERS, is_study: ' 1 ' }, [3]],
		[{ ...CUSTOMERS, is_study: 0 }, [2]],
	])('is understood, %j', async (parameters, ids) => {
		expect(await told(parameters)).toEqual(ids);
	});

	it.each<[parameters: INodeParameters, message: RegExp]>([
		[{ ...LOG, events: ['Renewed'] }, /^'Events' must be some of .+, but it is "\["Renewed"\]"$/],
		[{ ...LOG, events: ['create', 5] }, /^'Events' must be some of /],
		[{ ...CUSTOMERS, is_study: 'clients' }, /^'Customer Type' must be one of .+, but it is "clients"$/],
		[
			{ ...LOG, options: { maxPerPoll: [5] } },
			/^'Max Records per Poll' must be a whole number of at least 1, but it is "\[5\]"$/,
		],
		[{ ...LOG, options: { maxPerPoll: 0 } }, /^'Max Records per Poll' must be a whole number of at least 1/],
		[{ ...LOG, options: { startWith: true } }, /^'Start With Newest' must be a whole number/],
		[{ ...CUSTOMERS, is_study: 3 }, /^'Customer Type' must be one of .+, but it is "3"$/],
	])('is refused, %j', async (parameters, message) => {
		await expect(told(parameters)).rejects.toThrow(message);
	});
});
