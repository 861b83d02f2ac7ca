import type { IDataObject } from 'n8n-workflow';

import { customerForm, OTHER_PHONE, PHONE, SmallSchool } from './school';

const EMAIL = 'mia@school.example';
const NUMBER = 'custom_dogovor';

let school: SmallSchool;
beforeEach(() => (school = new SmallSchool()));

const upsert = (key: IDataObject, more: IDataObject = {}) =>
	customerForm('upsert', { name: 'Орлова Мия', ...key, ...more });
const find = (key: IDataObject, options: IDataObject = {}) => customerForm('find', { ...key, options });
const byWeb = (web: unknown) => ({ matchBy: 'web', web }) as IDataObject;
/** By phone, else the others. */
const inOrder = (values: IDataObject) => ({ matchBy: 'firstFound', ...values });
const byRequest = (matchValue: unknown) => ({ matchField: NUMBER, matchValue }) as IDataObject;
const card = (id: number) => school.readRecord('customer', id);
const lists = () => school.calls.filter((call) => call === 'customer/index').length;

describe('a customer is told by Telegram or a website', () => {
	it.each(['t.me/Masha_Orlova', '@masha_orlova', 'masha_orlova', 'tg://resolve?domain=masha_orlova'])(
		'as %s, whatever the card says, and nothing is added to it',
		async (web) => {
			const id = school.addLead({ web: ['vk.com/masha_orlova', 'https://telegram.me/masha_orlova/'] });
			school.addLead({ web: ['https://vk.com/masha_orlova', 't.me/masha_orlova2'], phone: [PHONE] });
			expect((await school.run(find(byWeb(web)))).json).toMatchObject([{ id }]);
			const [saved] = (await school.run(upsert(byWeb(web)))).json;
			expect(saved).toMatchObject({ id, operationResult: 'unchanged', notSaved: '' });
			expect(school.readWrites()).toEqual([]);
		},
	);

	it('or by a number, as a bot gives it', async () => {
		const id = school.addLead({ web: ['123456789'] });
		school.addLead({ web: ['1234567890'] });
		for (const web of [123456789, '123456789', 'tg://user?id=123456789'])
			expect((await school.run(find(byWeb(web)))).json).toMatchObject([{ id }]);
	});

	it('and made once, with it', async () => {
		expect(
			await school.runInTurn(...['@mia_o', 't.me/mia_o', 'mia_o'].map((web) => upsert(byWeb(web)))),
		).toBe('created, unchanged, unchanged');
		expect(school.readRecords('customer')).toMatchObject([{ web: ['@mia_o'] }]);
	});

	it('from a list that is read once for all items, for AlfaCRM has no such filter', async () => {
		for (let at = 0; at < 120; at++) school.addLead({ web: [`t.me/name_${at}`] });
		const each = ['@name_7', 'new_name', 't.me/name_9', '@NEW_name'].map((web) => ({ web }));
		const { json } = await school.run(upsert(byWeb('')), { parametersByItem: each });
		expect(json.map(({ operationResult }) => operationResult)).toEqual([
			...['unchanged', 'created', 'unchanged', 'unchanged'],
		]);
		for (const { body } of school.readRequests('customer/index')) expect(body).not.toHaveProperty('web');
		// Some pages in each of the two branches.
		expect(lists()).toBeLessThanOrEqual(8);
	});

	it.each(['нет', '', '@', 'https://vk.com'])('but not by %j', async (web) => {
		school.addLead({ web: [web] });
		const { message } = await school.expectRefusedUnsent(upsert(byWeb(web)));
		expect(message).toMatch(/^'Website' (is empty|holds no usable web address)/);
	});

	it('and another name joins those of the card', async () => {
		const id = school.addLead({ web: ['t.me/mia_o'] });
		const values = { fieldsToSet: { web: ['@Mia_O', 'vk.com/mia', '@mia_o (мама)'] } };
		const [saved] = (await school.run(upsert(byWeb('mia_o'), values))).json;
		expect(saved).toMatchObject({ operationResult: 'updated', notSaved: '' });
		expect(card(id).web).toEqual(['t.me/mia_o', 'vk.com/mia', '@mia_o (мама)']);
		expect(await school.runInTurn(upsert(byWeb('mia_o'), values))).toBe('unchanged');
	});
});

describe('of several keys the first that finds somebody decides', () => {
	it('in their order, and those behind it are not asked', async () => {
		const [byPhone, byMail, byName, byNumber] = [
			...[school.addLead({ phone: [PHONE] }), school.addLead({ email: [EMAIL] })],
			...[school.addLead({ web: ['t.me/mia_o'] }), school.addLead({ [NUMBER]: 'R-7' })],
		];
		const values: IDataObject = { phone: PHONE, email: EMAIL, web: 'mia_o', ...byRequest('R-7') };
		for (const [id, missing] of [
			...([
				[byPhone, {}],
				[byMail, { phone: OTHER_PHONE }],
			] as const),
			...([
				[byName, { phone: '', email: null }],
				[byNumber, { phone: 'нет', email: '', web: '@other_o' }],
			] as const),
		])
			expect((await school.run(find(inOrder({ ...values, ...missing })))).json).toMatchObject([{ id }]);
		school.calls.length = 0;
		await school.run(find(inOrder({ phone: PHONE })));
		const alone = lists();
		school.calls.length = 0;
		await school.run(find(inOrder(values)));
		expect(lists()).toBe(alone);
	});

	it('even if the others are somebody else, which a phone or an email alone would not say', async () => {
		const id = school.addLead({ phone: [PHONE] });
		school.addLead({ email: [EMAIL] });
		expect((await school.run(find(inOrder({ phone: PHONE, email: EMAIL })))).json).toMatchObject([{ id }]);
		const either = { matchBy: 'phoneOrEmail', phone: PHONE, email: EMAIL };
		expect((await school.runToEnd(find(either))).error?.message).toMatch(
			/^2 customers match by Phone or Email/,
		);
	});

	it('an active one before one in the archive', async () => {
		const gone = school.addLead({ phone: [PHONE], e_date: '2025-01-31' });
		const id = school.addLead({ web: ['@mia_o'] });
		const values = inOrder({ phone: PHONE, web: 'mia_o' });
		expect((await school.run(find(values))).json).toMatchObject([{ id }]);
		expect((await school.run(find(values, { archived: false }))).json).toMatchObject([{ id }]);
		school.changeRecord('customer', id, { web: [] });
		expect((await school.run(find(values))).json).toMatchObject([{ id: gone }]);
		expect(await school.runInTurn(upsert(values, { options: { ifArchived: 'create' } }))).toBe('created');
	});

	it('several of it stop, named by the key that found them', async () => {
		const ids = [school.addLead({ web: ['@mia_o'] }), school.addLead({ web: ['t.me/mia_o'] })];
		const form = inOrder({ phone: PHONE, web: 'mia_o' });
		for (const one of [find(form), upsert(form)])
			expect((await school.expectRefused(one)).message).toBe(
				`2 customers match by Website: ${ids[1]} (lead), ${ids[0]} (lead)`,
			);
		expect((await school.run(find(form, { ifSeveral: 'all' }))).json).toHaveLength(2);
	});

	it('a new one holds all of them, and is found by each the next time', async () => {
		const whole = { phone: PHONE, email: EMAIL, web: '@mia_o', ...byRequest('R-7') };
		expect(await school.runInTurn(upsert(inOrder(whole)), upsert(inOrder(whole)))).toBe('created, unchanged');
		expect(school.readRecords('customer')).toMatchObject([
			{ phone: [PHONE], email: [EMAIL], web: ['@mia_o'], [NUMBER]: 'R-7' },
		]);
		for (const values of [
			{ email: EMAIL },
			{ web: 't.me/MIA_O' },
			byRequest('R-7'),
			{ phone: '89005550001' },
		])
			expect(await school.runInTurn(upsert(inOrder(values)))).toBe('unchanged');
	});

	it('who is found takes those that it has not got, and keeps its own', async () => {
		const id = school.addLead({ web: ['@mia_o'] });
		const [first] = (await school.run(upsert(inOrder({ phone: PHONE, web: 'mia_o', ...byRequest('R-7') }))))
			.json;
		expect(first).toMatchObject({ id, operationResult: 'updated', changedFields: ['phone', NUMBER] });
		const [second] = (await school.run(upsert(inOrder({ phone: PHONE, web: 'mia2_o', ...byRequest('R-8') }))))
			.json;
		expect(second).toMatchObject({ id, operationResult: 'updated', changedFields: ['web'], notSaved: 'R-8' });
		expect(card(id)).toMatchObject({ phone: [PHONE], web: ['@mia_o', 'mia2_o'], [NUMBER]: 'R-7' });
		const onlyForNew = { options: { onlyForNew: ['all'] } };
		expect(await school.runInTurn(upsert(inOrder({ phone: PHONE, web: 'mia3_o' }), onlyForNew))).toBe(
			'unchanged',
		);
	});

	it('that is filled at all: none is needed, but one', async () => {
		const nobody = inOrder({ phone: ' ', email: null, web: '' });
		expect((await school.expectRefusedUnsent(upsert(nobody))).message).toBe(
			"Neither 'Phone' nor 'Email' nor 'Website' is filled, so no customer can be looked for",
		);
		expect(
			(await school.expectRefusedUnsent(upsert(inOrder({ web: 'нет', ...byRequest('') })))).message,
		).toMatch(/^'Website' holds no usable/);
		expect(
			(await school.expectRefusedUnsent(upsert(inOrder({ phone: PHONE, matchValue: 'R-7' })))).message,
		).toMatch(/^'Custom Field' must be/);
		expect((await school.runToEnd(find(inOrder({ phone: PHONE, web: 'mia_o' })))).error?.message).toMatch(
			/^AlfaCRM has no customer with this phone or website in/,
		);
		expect((await school.run(find(inOrder({ phone: PHONE }), { ifNone: 'item' }))).json).toEqual([
			{ matchFound: false },
		]);
	});

	it('two at once that share one of them make one card', async () => {
		for (const [one, other] of [
			[inOrder({ phone: PHONE, web: '@mia_o' }), inOrder({ web: 't.me/mia_o' })],
			[inOrder({ phone: PHONE, web: '@mia_o' }), byWeb('mia_o')],
			[inOrder({ email: EMAIL, ...byRequest('R-7') }), inOrder({ phone: PHONE, ...byRequest('R-7') })],
			[{ matchBy: 'phone', phone: PHONE, fieldsToSet: { web: ['t.me/mia_o'] } }, inOrder({ web: 'mia_o' })],
		]) {
			school = new SmallSchool();
			await Promise.all([school.run(upsert(one)), school.run(upsert(other))]);
			expect(school.readRecords('customer')).toHaveLength(1);
		}
	});
});
