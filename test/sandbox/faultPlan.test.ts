import type { Fault } from '../../sandbox';
import { School } from './support';

let school: School;
beforeAll(async () => {
	school = await School.open({}, { customers: 5 });
});
afterEach(() => school.restore());
afterAll(() => school.close());

const index = () => school.call('1/customer/index');
const add = (...faults: Fault[]) => school.sandbox.faults.add(...faults);

describe('which calls are hit', () => {
	const hits = async (match: Fault['match']) => {
		add({ kind: 'status', status: 418, match, times: 0 });
		const calls = [
			() => school.call('1/customer/index', { name: 'Иванов' }),
			() => school.call('2/customer/index', { name: 'Петров' }),
			() => school.call('1/customer/update?id=3', { note: 'х' }),
			() => school.call('branch/index'),
		];
		const statuses: number[] = [];
		for (const call of calls) statuses.push((await call()).status);
		return statuses.map((status) => status === 418);
	};

	it.each<[Fault['match'], boolean[]]>([
		[undefined, [true, true, true, true]],
		[{ entity: 'customer' }, [true, true, true, false]],
		[{ action: 'index' }, [true, true, false, true]],
		[{ branch: 1 }, [true, false, true, false]],
		[{ pathContains: '?id=3' }, [false, false, true, false]],
		[{ bodyContains: 'Петров' }, [false, true, false, false]],
		[{ entity: 'customer', branch: 2, action: 'index' }, [false, true, false, false]],
		[{ entity: 'customer', branch: 3 }, [false, false, false, false]],
	])('%j', async (match, expected) => {
		expect(await hits(match)).toEqual(expected);
	});

	const statuses = async (calls: number) => {
		const seen: number[] = [];
		for (let n = 0; n < calls; n += 1) seen.push((await index()).status);
		return seen;
	};

	it('skip lets the first ones pass, times says how many are hit', async () => {
		add({ kind: 'status', skip: 2, times: 2 });
		expect(await statuses(6)).toEqual([200, 200, 500, 500, 200, 200]);
	});

	it.each([0, Infinity])('times %d hits every call until cleared', async (times) => {
		add({ kind: 'status', times });
		expect(await statuses(4)).toEqual([500, 500, 500, 500]);
		school.sandbox.faults.clear();
		expect(await statuses(1)).toEqual([200]);
	});

	it('the first of several is used up first', async () => {
		add({ kind: 'status', status: 501 }, { kind: 'status', status: 502, times: 2 });
		add({ kind: 'status', status: 503, match: { entity: 'customer' } });
		expect(await statuses(5)).toEqual([501, 502, 502, 503, 200]);
	});

	it('a call refused by the limit uses up none', async () => {
		school.settings.rateLimit = 1;
		await index();
		add({ kind: 'status' });
		expect((await index()).status).toBe(429);
		expect(school.sandbox.faults.list()).toHaveLength(1);
	});
});

describe('a wrong fault', () => {
	it.each([
		[{ kind: 'nope' }, /Unknown fault kind "nope".*status, html/],
		[{}, /Unknown fault kind/],
		[{ kind: 'status', sttus: 1 }, /Unknown fault field "sttus".*skip/],
		[{ kind: 'status', status: 99 }, /from 200 to 599/],
		[{ kind: 'status', httpStatus: 600 }, /from 200 to 599/],
		[{ kind: 'status', at: 0 }, /"at" must be a whole number from 1/],
		[{ kind: 'status', at: 1.5 }, /"at" must be/],
		[{ kind: 'status', at: 1, skip: 1 }, /without "skip"/],
		[{ kind: 'status', times: -1 }, /negative/],
		[{ kind: 'status', skip: '2' }, /must be a number/],
		[{ kind: 'status', when: 'later' }, /before or after/],
		[{ kind: 'status', match: { entty: 'x' } }, /Unknown fault match "entty"/],
		[{ kind: 'delay' }, /"ms" is missing/],
		[{ kind: 'redirect' }, /"location" is missing/],
		[{ kind: 'mutate', changes: [{ entity: 'nobody', id: 1, remove: true }] }, /A change must be/],
	])('%j is refused', (fault, message) => {
		expect(() => add(fault as Fault)).toThrow(message);
		expect(school.sandbox.faults.list()).toEqual([]);
	});
});
