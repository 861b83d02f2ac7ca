import type { IDataObject } from 'n8n-workflow';

import { answered } from '../../support/nodeErrors';
import { SmallSchool } from './school';

let school: SmallSchool;
beforeEach(() => (school = new SmallSchool()));

const ONE_BY_ONE = { credential: { callsAtOnce: 1 } };
const find = (phone: unknown, options: IDataObject = {}): IDataObject => ({
	resource: 'customer',
	operation: 'find',
	branchId: 1,
	matchBy: 'phone',
	phone: phone as string,
	simplify: false,
	options: { ifNone: 'nothing', searchBranches: [1], ...options },
});
/** The phones that the first pages were asked for by. */
const asked = () =>
	school.sent
		.filter(({ url, body }) => url.endsWith('/customer/index') && body.page === 0)
		.map(({ body }) => body.phone);
const lists = (rows: (body: IDataObject) => IDataObject[]) => {
	school.onCall = (call, { body }) => {
		if (call !== 'customer/index') return undefined;
		const items = body.page === 0 ? rows(body) : [];
		return { items, total: rows(body).length };
	};
};
const strangers = (count: number) =>
	Array.from({ length: count }, (_, index) => ({
		id: 100 + index,
		phone: [`+7(911)222-33-${10 + index}`],
		removed: 0,
	}));

describe('a phone is asked for', () => {
	it('in each spelling where none finds it', async () => {
		lists(() => []);
		await school.done(find('8 900 555 00 01'));
		expect(asked()).toEqual(['05550001', '00-01', '00 01', '0001']);
	});

	it('once where AlfaCRM looks at the digits alone, from then on for every item', async () => {
		lists(() => [{ id: 1, phone: ['нет', '+7(900)555-00-01'], removed: 0 }]);
		const { json } = await school.done(find('8 900 555 00 01'), { items: [{}, {}], ...ONE_BY_ONE });
		expect(json).toMatchObject([{ id: 1 }, { id: 1 }]);
		expect(asked()).toEqual(['05550001', '05550001']);
	});

	it('in the other spellings too where what came holds the very text', async () => {
		lists(({ phone }) => (phone === '00-01' ? [{ id: 1, phone: ['+7(900)555-00-01'], removed: 0 }] : []));
		const { json } = await school.done(find('8 900 555 00 01'));
		expect(json).toMatchObject([{ id: 1 }]);
		expect(asked()).toEqual(['05550001', '00-01', '00 01', '0001']);
	});

	it('by the whole list, read once, where the filter was seen to be ignored', async () => {
		const all = [...strangers(20), { id: 1, phone: ['8 900 555 00 01'], removed: 0 }];
		lists(() => all);
		const { json } = await school.done(find('+7 900 555 00 01'), { items: [{}, {}, {}], ...ONE_BY_ONE });
		expect(json).toMatchObject([{ id: 1 }, { id: 1 }, { id: 1 }]);
		expect(asked()).toEqual(['05550001', undefined]);
	});

	it('by its filter still where that found only a few others', async () => {
		lists(() => [...strangers(19), { id: 1, phone: ['8 900 555 00 01'], removed: 0 }]);
		await school.done(find('+7 900 555 00 01'), { items: [{}, {}], ...ONE_BY_ONE });
		expect(asked()).toEqual(['05550001', '05550001']);
	});
});

describe('a custom field', () => {
	const byField = (matchField: string) => ({
		...find(''),
		matchBy: 'customField',
		matchField,
		matchValue: 'A-12',
	});

	it('that no record shows is none', async () => {
		lists(() => [{ id: 1, custom_b: 'x', removed: 0 }]);
		const { error } = await school.run(byField('custom_a'));
		expect(error).toMatchObject({
			message: `AlfaCRM's customer has no field "custom_a"`,
			description:
				"Correct 'Custom Field': 'Get' with 'Simplify' off shows which ones there are. Nothing was saved.",
		});
	});

	it('that some records show is one, also where there are none at all', async () => {
		lists(() => [
			{ id: 1, removed: 0 },
			{ id: 2, custom_a: 'a-12', removed: 0 },
		]);
		expect((await school.done(byField('custom_a'))).json).toMatchObject([{ id: 2 }]);
		lists(() => []);
		expect((await school.done(byField('custom_a'))).json).toEqual([]);
	});
});

describe('branches', () => {
	const everywhere = (options: IDataObject = {}) =>
		find('+7 900 555 00 01', { searchBranches: [], ...options });
	const branches = () =>
		school.sent
			.filter(({ url }) => url.endsWith('/customer/index'))
			.map(({ url }) => /v2api\/(\d)/.exec(url)?.[1]);

	it('are all searched, that of the call first, and each record comes once', async () => {
		const id = school.lead({ phone: ['+7(900)555-00-01'], branch_ids: [1, 2] });
		const { json } = await school.done({ ...everywhere(), branchId: 2 });
		expect(json).toMatchObject([{ id }]);
		expect([...new Set(branches())]).toEqual(['2', '1']);
		expect(school.calls.filter((call) => call === 'branch/index')).toHaveLength(1);
	});

	it('that the user may not see are told of, unless that is all there are', async () => {
		const denied = (...numbers: number[]) => {
			school.onCall = (call, { url }) => {
				if (call === 'customer/index' && numbers.some((one) => url.includes(`/v2api/${one}/`)))
					throw answered(403);
				return undefined;
			};
		};
		const id = school.lead({ phone: ['+7(900)555-00-01'] });
		denied(2);
		const { json, hints } = await school.done(everywhere());
		expect(json).toMatchObject([{ id }]);
		expect(hints).toEqual(['This user may not see all branches, so a record there was not found: branch 2']);
		denied(1, 2);
		expect((await school.run(everywhere())).error).toMatchObject({ httpCode: '403' });
		denied(1);
		expect((await school.run(find('+7 900 555 00 01'))).error).toMatchObject({ httpCode: '403' });
	});

	it('that did not all come leave it open whether there is a record', async () => {
		let reading = 0;
		school.onCall = (call, { body }) =>
			call === 'branch/index'
				? { items: body.page === 0 ? [{ id: 1 + (reading++ % 2) }] : [], total: 3 }
				: undefined;
		const { error } = await school.run({
			resource: 'customer',
			operation: 'assignTeachers',
			branchId: 1,
			id: 77,
			teacher_ids: '1',
		});
		expect(error).toMatchObject({
			message:
				"AlfaCRM's list of branches did not come whole, so it is not sure whether there is customer 77",
			description: 'Run it again. Nothing was saved.',
		});
		expect(school.writes()).toEqual([]);
	});

	it('that the user may not list are the chosen one alone', async () => {
		const id = school.lead({ phone: ['+7(900)555-00-01'] });
		school.onCall = (call) => {
			if (call === 'branch/index') throw answered(403);
			return undefined;
		};
		const { json, hints } = await school.done(everywhere());
		expect(json).toMatchObject([{ id }]);
		expect(hints).toEqual([
			'This user may not list the branches, so only the one that is chosen was searched: branch 1',
		]);
	});
});
