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

	describe.each([404, 500])('one that answers %i', (status) => {
		const PASSED_OVER = {
			404: 'AlfaCRM did not find a branch, so it was not searched: branch 2',
			500: 'AlfaCRM failed to search a branch, so a record there was not found: branch 2',
		}[status];
		const failing = (...numbers: number[]) => {
			school.onCall = (call, { url }) => {
				if (call === 'customer/index' && numbers.some((one) => url.includes(`/v2api/${one}/`)))
					throw answered(status);
				return undefined;
			};
		};
		const upsert = { ...find('+7 900 555 00 01'), operation: 'upsert', fieldsToSet: { name: 'Мия' } };
		const forms: Array<[string, IDataObject, unknown]> = [
			['Find', everywhere(), undefined],
			['Create or Update', { ...upsert, options: {} }, 'unchanged'],
			['Overview', { ...everywhere(), operation: 'getOverview' }, undefined],
		];

		it.each(forms)('stops no %s of who is in another, with a hint', async (_what, form, result) => {
			const id = school.lead({ phone: ['+7(900)555-00-01'], name: 'Мия' });
			failing(2);
			const { json, hints } = await school.done(form);
			expect(json).toMatchObject([{ id }]);
			expect(json[0].operationResult).toBe(result);
			expect(hints).toContain(PASSED_OVER);
			failing(1, 2);
			expect((await school.run(form)).error).toMatchObject({ httpCode: String(status) });
			failing(1);
			expect((await school.run(find('+7 900 555 00 01'))).error).toMatchObject({ httpCode: String(status) });
		});

		const isPassing = status === 500;
		const unsure = (what: string) => ({
			message: `AlfaCRM's list of customers in branch 2 did not come whole, so it is not sure ${what}`,
			description: 'Run it again. Nothing was saved.',
		});

		it(`leaves it ${isPassing ? 'open whether' : 'that'} nobody was found`, async () => {
			failing(2);
			for (const ifNone of ['item', 'nothing', 'refuse']) {
				const { error, json } = await school.run(everywhere({ ifNone }));
				if (isPassing) expect(error).toMatchObject(unsure('whether there is such a customer'));
				else if (ifNone === 'refuse') expect(error?.message).toMatch(/^AlfaCRM has no customer with this/);
				else expect(json).toEqual(ifNone === 'item' ? [{ matchFound: false }] : []);
			}
			const job = { resource: 'customer', operation: 'assignManager', branchId: 1, id: 77, assigned_id: 1 };
			const { error } = await school.run(job);
			if (isPassing) expect(error).toMatchObject(unsure('whether there is customer 77'));
			else
				expect(error?.message).toBe(
					'AlfaCRM has no customer with ID 77 in the branches that could be searched',
				);
		});

		it(`lets Create or Update create ${isPassing ? 'nobody' : 'one, with a hint'}`, async () => {
			failing(2);
			const { error, json, hints } = await school.run({ ...upsert, options: {} });
			expect(hints).toEqual([PASSED_OVER]);
			if (isPassing) expect(error).toMatchObject(unsure('that this customer is new'));
			else expect(json).toMatchObject([{ operationResult: 'created' }]);
			expect(school.rows('customer')).toHaveLength(isPassing ? 0 : 1);
		});
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

	const ONLY = 'so only the one that is chosen was searched: branch 1';
	it.each<[string, () => unknown, string]>([
		[
			'may not be listed',
			() => {
				throw answered(403);
			},
			`This user may not list the branches, ${ONLY}`,
		],
		[
			'are not found',
			() => {
				throw answered(404);
			},
			`This user may not list the branches, ${ONLY}`,
		],
		['are none', () => ({ items: [], total: 0 }), `AlfaCRM lists no branch, ${ONLY}`],
	])('that %s are the chosen one alone', async (_what, answer, hint) => {
		const id = school.lead({ phone: ['+7(900)555-00-01'] });
		school.onCall = (call) => (call === 'branch/index' ? answer() : undefined);
		const { json, hints } = await school.done(everywhere());
		expect(json).toMatchObject([{ id }]);
		expect(hints).toEqual([hint]);
		const upsert = {
			...find('+7 900 555 00 02'),
			operation: 'upsert',
			fieldsToSet: { name: 'Мия' },
			options: {},
		};
		const made = await school.done(upsert);
		expect(made.json).toMatchObject([{ operationResult: 'created' }]);
		expect(made.hints).toEqual([hint]);
		expect((await school.run(everywhere({ ifNone: 'refuse' }))).error).toBeUndefined();
		const none = await school.run({ ...everywhere({ ifNone: 'refuse' }), phone: '+7 900 555 00 03' });
		expect(`${none.error?.message} ${none.error?.description}`).not.toContain('Hostname');
	});

	it('that are not found are asked for once for all items', async () => {
		school.onCall = (call) => {
			if (call === 'branch/index') throw answered(404);
			return undefined;
		};
		await school.done(everywhere(), { items: [{}, {}, {}], ...ONE_BY_ONE });
		// Without a branch, and in that of the form.
		expect(school.calls.filter((call) => call === 'branch/index')).toHaveLength(2);
	});
});
