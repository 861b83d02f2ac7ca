import type { IDataObject } from 'n8n-workflow';

import { sortMatches } from '../../../nodes/AlfaCrm/run/matching/chooseMatches';
import type { Match } from '../../../nodes/AlfaCrm/run/matching/search';
import { upsertByPhoneForm, findByPhoneForm, customerForm, OTHER_PHONE, PHONE, SmallSchool } from './school';

const EMAIL = 'mia@school.example';
const REPLACE = { listMode: 'replace' };

let school: SmallSchool;
beforeEach(() => (school = new SmallSchool()));

/** Create or Update by another key. */
const by = (matchBy: string, key: IDataObject, fieldsToSet: IDataObject = {}, options: IDataObject = {}) =>
	customerForm('upsert', { matchBy, ...key, fieldsToSet, options });
const byContract = (matchValue: string, fieldsToSet: IDataObject = {}, options: IDataObject = {}) =>
	by('customField', { matchField: 'custom_dogovor', matchValue }, fieldsToSet, options);
const contract = (value: string) => ({ customFields: { values: [{ name: 'custom_dogovor', value }] } });
const save = async (form: IDataObject) => (await school.run(form)).json[0];
const holder = (row: IDataObject = {}) => school.addLead({ phone: [PHONE], ...row });
const card = (id: unknown) => school.readRecord('customer', Number(id));

it('creates once, then changes only what differs', async () => {
	expect(await save(upsertByPhoneForm({ name: 'Мия', note: 'a' }))).toMatchObject({
		...{ name: 'Мия', note: 'a', phone: PHONE, operationResult: 'created' },
	});
	expect(await save(upsertByPhoneForm({ name: 'Ия', note: 'b' }))).toMatchObject({
		...{ name: 'Мия', note: 'b', operationResult: 'updated', changedFields: ['note'] },
	});
	expect(await save(upsertByPhoneForm({ name: 'Ия', note: 'b' }))).toMatchObject({
		...{ operationResult: 'unchanged', changedFields: [] },
	});
	expect(school.readWrites()).toEqual(['customer/create', 'customer/update']);
	expect(school.readRecords('customer')).toHaveLength(1);
});

describe('so many active and archived matches', () => {
	const TABLE = [0, 1, 2].flatMap((active) =>
		[0, 1, 2].flatMap((archived) =>
			['refuse', 'newest', 'all'].flatMap((ifSeveral) =>
				['update', 'restore', 'create', 'skip'].map((ifArchived) => ({
					...{ active, archived, ifSeveral, ifArchived },
				})),
			),
		),
	);

	/** The table of docs/create-or-update.md: what must come of it, and for how many. */
	function expected({ active, archived, ifSeveral, ifArchived }: (typeof TABLE)[number]) {
		if (active === 0 && (archived === 0 || ifArchived === 'create')) return { result: 'created', touched: 0 };
		if (active === 0 && ifArchived === 'skip') return { result: 'skipped', touched: 1 };
		const candidates = active > 0 ? active : archived;
		if (candidates > 1 && ifSeveral === 'refuse') return { result: 'refused', touched: candidates };
		return { result: 'updated', touched: ifSeveral === 'all' ? candidates : 1 };
	}

	it.each(TABLE)(
		'$active active, $archived archived, $ifSeveral, archived: $ifArchived',
		async ({ active, archived, ...options }) => {
			const { result, touched } = expected({ active, archived, ...options });
			const GONE = '2025-01-31';
			const of = (count: number, row: IDataObject) => Array.from({ length: count }, () => holder(row));
			// Archived last, so that the newest of all is never the active one.
			const ids = [...of(active, {}), ...of(archived, { e_date: GONE, is_study: 1 })];
			const candidates = (active > 0 ? ids.slice(0, active) : ids).reverse();

			const { json, error } = await school.runToEnd(upsertByPhoneForm({ name: 'Мия', note: 'new' }, options));
			const written = school.readRecords('customer').filter(({ note }) => note === 'new');
			if (result === 'refused') {
				const kind = active > 0 ? 'lead' : 'client, archived';
				const named = candidates.map((id) => `${id} (${kind})`).join(', ');
				expect(error?.message).toBe(`${touched} customers match by Phone: ${named}`);
				expect(written).toEqual([]);
				return;
			}
			expect(json.map(({ operationResult }) => operationResult)).toEqual(
				Array.from({ length: Math.max(1, touched) }, () => result),
			);
			expect(school.readRecords('customer')).toHaveLength(ids.length + (result === 'created' ? 1 : 0));
			if (result !== 'created') expect(json.map(({ id }) => id)).toEqual(candidates.slice(0, touched));
			expect(written.map(({ id }) => id).sort()).toEqual(
				result === 'skipped' ? [] : json.map(({ id }) => id).sort(),
			);
			const isOpen = active > 0 || result === 'created' || options.ifArchived === 'restore';
			for (const { id } of json) expect(card(id).e_date).toBe(isOpen ? '2030-12-31' : GONE);
		},
	);

	it('come in order: active clients, active leads, then who is archived, of each the newest', () => {
		const of = (
			id: number | string,
			is_study: number | string | null,
			archived = false,
		): Pick<Match, 'archived' | 'row'> => ({
			...{ row: { id, is_study }, archived },
		});
		const all = [of(9, 0), of(8, 1, true), of(1, '1'), of(7, 0, true), of(2, 1), of(6, null)];
		expect(sortMatches(all).map(({ row }) => row.id)).toEqual([2, 1, 9, 6, 8, 7]);
		const texts = ['9', 10, '100'].map((id) => of(id, null));
		expect(sortMatches(texts).map(({ row }) => row.id)).toEqual(['100', 10, '9']);
		expect(texts[0].row.id).toBe('9');
	});

	it('stop with what each is and what can be done, or go on with a hint', async () => {
		const ids = [holder(), holder({ is_study: 1 }), holder({ e_date: '2025-01-31' })];
		const named = `${ids[1]} (client), ${ids[0]} (lead)`;
		for (const [form, saved] of [
			[upsertByPhoneForm({ note: 'x' }), ' Nothing was saved.'] as const,
			[findByPhoneForm(), ''] as const,
		])
			expect((await school.runToEnd(form)).error).toMatchObject({
				message: expect.stringMatching(/^\d customers match by Phone: 2 \(client\), 1 \(lead\)/),
				description: `Choose in 'If Several Match' what to do, match by something that only one customer has (Phone and Name tells siblings apart who share the phone of a parent), or merge them in AlfaCRM.${saved}`,
			});
		expect((await school.runToEnd(findByPhoneForm())).error?.message).toBe(
			`3 customers match by Phone: ${named}, ${ids[2]} (lead, archived)`,
		);
		const all = { ifSeveral: 'all', archived: false };
		expect(await school.run(findByPhoneForm(all))).toMatchObject({
			json: [{ id: ids[1] }, { id: ids[0] }],
			hints: [
				`Several customers match and all are returned, so the next nodes, such as a payment, run once for each: ${named}`,
			],
		});
		expect((await school.run(upsertByPhoneForm({ note: 'x' }, { ifSeveral: 'all' }))).hints).toHaveLength(1);
		expect((await school.run(findByPhoneForm({ ifSeveral: 'newest' }))).hints).toEqual([]);
	});
});

describe('a text that is longer than AlfaCRM takes', () => {
	const long = 'Орлова Александра Константиновна, 7 лет, мама Анастасия';
	const form = (options: IDataObject, fieldsToSet: IDataObject = {}) =>
		by('phoneAndName', { phone: PHONE, name: long }, fieldsToSet, options);

	it('is shortened where that is wanted, and found again by what is left of it', async () => {
		const shortened = "Texts that are longer than AlfaCRM takes were shortened: 'Name' to 50 characters";
		const repeat = 'Nothing of this customer had to be changed: customer 1';
		for (const [given, ...more] of [[{}], [{ name: long }, repeat]] as const) {
			const { json, hints } = await school.run(form({ shortenTexts: true }, given));
			expect(json).toMatchObject([{ name: `${long.slice(0, 49)}…`, id: 1 }]);
			expect(hints).toEqual([shortened, ...more]);
		}
		expect(school.readWrites()).toEqual(['customer/create']);
	});

	it('may be what a record holds already, which stays so and is found', async () => {
		const id = holder({ name: long });
		expect(await save(upsertByPhoneForm({ note: 'x' }))).toMatchObject({
			id,
			name: long,
			operationResult: 'updated',
		});
		expect((await school.run({ ...form({}), operation: 'find' })).json).toMatchObject([{ id }]);
	});
});

describe('fields only for new ones', () => {
	it('are set at first and left alone later: type and name, unless others are chosen', async () => {
		const id = holder({ note: 'a' });
		await save(upsertByPhoneForm({ name: 'Ия', is_study: 1, note: 'b' }));
		expect(card(id)).toMatchObject({ name: 'Орлова Мия', is_study: 0, note: 'b' });
		await save(upsertByPhoneForm({ name: 'Ия', is_study: 1, note: 'c' }, { onlyForNew: ['note'] }));
		expect(card(id)).toMatchObject({ name: 'Ия', is_study: 1, note: 'b' });
		await save(upsertByPhoneForm({ name: 'Мия', note: 'c' }, { onlyForNew: [] }));
		expect(card(id)).toMatchObject({ name: 'Мия', note: 'c' });
	});

	it('are none where a record is matched by its ID', async () => {
		const id = holder();
		expect(await save(by('id', { id }, { name: 'Ия', is_study: 1 }))).toMatchObject({
			changedFields: ['name', 'is_study'],
		});
		expect(school.readWrites()).toEqual(['customer/update']);
		expect(school.requests.at(-1)?.body).not.toHaveProperty('id');
	});

	it('can be all of them, but for what a match in the archive is restored by', async () => {
		const id = holder({ note: 'a', custom_school: '12', email: [EMAIL] });
		const before = { ...card(id) };
		const fields = {
			...{ name: 'Ия', note: 'b', email: ['other@example.org'], dob: '2015-09-04' },
			customFields: { values: [{ name: 'custom_school', value: '7' }] },
		};
		for (const onlyForNew of [['all'], ['note', 'all'], 'all'])
			expect(await save(upsertByPhoneForm(fields, { onlyForNew }, [PHONE, OTHER_PHONE]))).toMatchObject({
				...{ id, operationResult: 'unchanged' },
			});
		expect(card(id)).toEqual(before);
		const made = await save(upsertByPhoneForm(fields, { onlyForNew: ['all'] }, OTHER_PHONE));
		expect(card(made.id)).toMatchObject({ note: 'b', custom_school: '7', dob: '04.09.2015' });
		school.store.patch('customer', id, { e_date: '2026-01-15' } as never);
		await save(upsertByPhoneForm(fields, { onlyForNew: ['all'], ifArchived: 'restore' }));
		expect(card(id)).toMatchObject({ note: 'a', e_date: '2030-12-31' });
	});
});

describe('a key', () => {
	const one = () =>
		holder({
			name: 'Артём  Соколов',
			email: ['Family@Example.org'],
			dob: '04.09.2015',
			custom_dogovor: 'Д-77',
		});

	it.each<[string, IDataObject, IDataObject]>([
		['email', { email: 'family@example.ORG' }, { email: 'family@example.orgs' }],
		[
			'nameAndBirthDate',
			{ name: 'артем соколов', dob: '2015-09-04' },
			{ name: 'Артём Соколов', dob: '2015-09-05' },
		],
		[
			'phoneAndName',
			{ phone: '8(900)5550001', name: 'Артём Соколов' },
			{ phone: PHONE, name: 'Артём Соколовский' },
		],
		['phoneOrEmail', { phone: '', email: 'family@example.org' }, { phone: OTHER_PHONE, email: EMAIL }],
		['phoneOrEmail', { phone: '9005550001', email: EMAIL }, { phone: OTHER_PHONE, email: '' }],
		[
			'customField',
			{ matchField: 'custom_dogovor', matchValue: 'Д-77' },
			{ matchField: 'custom_dogovor', matchValue: 'Д-7' },
		],
	])('of %s finds by %j who is there and not by %j', async (matchBy, key, other) => {
		const id = one();
		expect(await save(by(matchBy, key, { note: 'x' }))).toMatchObject({ id, operationResult: 'updated' });
		expect(card(id)).toMatchObject({ name: 'Артём  Соколов', note: 'x' });
		const made = await save(by(matchBy, other, 'name' in other ? {} : { name: 'Мия' }));
		expect(made.operationResult).toBe('created');
		expect(made.id).not.toBe(id);
		expect((await school.run({ ...by(matchBy, key), operation: 'find' })).json).toMatchObject([{ id }]);
	});

	it('finds a name in every spelling that counts as the same', async () => {
		for (const [stored, typed] of [
			['Пётр Семёнов', 'Петр Семенов'],
			['Мия\u00a0Орлова\u200b', ' Мия   Орлова\n'],
			['Ёж'.normalize('NFD'), 'Еж'],
		]) {
			const id = school.addLead({ name: stored, dob: '2015-09-04', custom_dogovor: stored });
			for (const form of [by('nameAndBirthDate', { name: typed, dob: '2015-09-04' }), byContract(typed)])
				expect(await save(form)).toMatchObject({ id, operationResult: 'unchanged' });
		}
	});

	it('that is empty stops, or creates where that is chosen', async () => {
		const { error } = await school.runToEnd(upsertByPhoneForm({ name: 'Мия' }, {}, ' '));
		expect(error?.message).toBe("'Phone' is empty, so no customer can be looked for");
		expect(error?.description).toContain("or let 'If Match Value Is Unusable' create a record");
		expect((await school.expectRefusedUnsent(findByPhoneForm({}, ''))).message).toBe(error?.message);
		await save(upsertByPhoneForm({ name: 'Мия' }, { ifKeyEmpty: 'create' }, ' '));
		await save(upsertByPhoneForm({ name: 'Мия' }, { ifKeyEmpty: 'create' }, ' '));
		expect(school.calls).toEqual(['customer/create', 'customer/create']);
		// One that is filled is looked for all the same.
		await save(upsertByPhoneForm({ name: 'Мия' }, { ifKeyEmpty: 'create' }));
		await save(upsertByPhoneForm({ name: 'Мия' }, { ifKeyEmpty: 'create' }));
		expect(school.readRecords('customer')).toHaveLength(3);
	});

	it('that says nothing matches not even who holds the very same', async () => {
		const before = { ...card(holder({ phone: ['-'], email: ['нет'], custom_dogovor: '-' })) };
		for (const form of [byContract('-'), by('email', { email: 'нет' }), upsertByPhoneForm({}, {}, '-')]) {
			expect((await school.runToEnd(form)).error?.message).toContain('holds no usable');
			const made = await save({ ...form, fieldsToSet: { name: 'Ия' }, options: { ifKeyEmpty: 'create' } });
			expect(made.operationResult).toBe('created');
		}
		const beside = { phone: PHONE, email: ['нет', EMAIL] };
		expect(await save(by('phoneOrEmail', beside, { name: 'Ия' }))).toMatchObject({
			...{ operationResult: 'created', phone: PHONE, email: EMAIL },
		});
		expect(card(before.id)).toEqual(before);
	});

	/** A sheet in which some have no phone, or no day of birth. */
	it.each<[string, IDataObject, IDataObject, IDataObject]>([
		['phoneAndName', { phone: '', name: 'Ева' }, {}, { name: 'Ева', phone: [] }],
		['phoneAndName', { phone: '+7', name: 'Ева' }, {}, { name: 'Ева', phone: [] }],
		['phoneAndName', { phone: PHONE, name: '' }, { name: 'Мама' }, { name: 'Мама', phone: [PHONE] }],
		['nameAndBirthDate', { name: 'Ева', dob: '' }, {}, { name: 'Ева', dob: null }],
		[
			'nameAndBirthDate',
			{ name: '', dob: '2015-03-02' },
			{ name: 'Ева' },
			{ name: 'Ева', dob: '02.03.2015' },
		],
	])('of which only a half is filled is saved in a new one: %s %j', async (matchBy, key, fields, made) => {
		const before = { ...card(holder({ name: 'Ева', dob: '2015-03-02' })) };
		const { id, operationResult } = await save(by(matchBy, key, fields, { ifKeyEmpty: 'create' }));
		expect(operationResult).toBe('created');
		expect(card(id)).toMatchObject(made);
		expect(card(before.id)).toEqual(before);
	});

	it('of an ID creates nobody', async () => {
		const nobody = by('id', { id: 77 }, { name: 'Мия' });
		const { error } = await school.runToEnd(nobody);
		const message = 'AlfaCRM has no customer with ID 77 in the branches that could be searched';
		expect(error).toMatchObject({ message, httpCode: '404' });
		const id = school.addLead({ removed: 1, e_date: '2024-01-01' });
		const archived = await school.runToEnd({ ...nobody, id, options: { ifArchived: 'create' } });
		expect(archived.error).toMatchObject({
			message: `Customer ${id} is archived, and a match by ID creates nothing`,
			description: "Choose in 'If the Match Is Archived' to update or skip it. Nothing was saved.",
		});
		expect(school.readWrites()).toEqual([]);
	});

	it('is not looked for where an ID is given among the fields in JSON', async () => {
		const { message } = await school.expectRefusedUnsent({
			...upsertByPhoneForm(),
			inputMode: 'json',
			json: '{"id":1}',
		});
		expect(message).toContain('has no field "id"');
	});

	it('that nobody holds makes nobody without a name', async () => {
		expect((await school.expectRefused(upsertByPhoneForm({ name: '' }))).message).toBe(
			"'Name' is empty, but it is required",
		);
	});
});

describe('a name in another order', () => {
	const byPhoneAndName = (name: string, options: IDataObject = {}) =>
		by('phoneAndName', { phone: PHONE, name }, {}, options);
	const byNameAndBirthDate = (name: string) => by('nameAndBirthDate', { name, dob: '2015-09-04' });
	const findByPhoneAndName = (name: string) =>
		customerForm('find', { matchBy: 'phoneAndName', phone: PHONE, name, options: { ifNone: 'nothing' } });

	it.each([
		'Павел Колычев',
		'павел  колычев',
		'ПАВЕЛ КОЛЫЧЕВ',
		'Колычев, Павел',
		'Колычев Павел'.normalize('NFD'),
	])('is the name of the card, so that nothing is created: %j', async (name) => {
		const id = holder({ name: 'Колычев Павел' });

		const saved = await save(byPhoneAndName(name));

		expect(saved).toMatchObject({ id, operationResult: 'unchanged', notSaved: '' });
		expect(school.readRecords('customer')).toMatchObject([{ name: 'Колычев Павел' }]);
	});

	it('is found with ё for е', async () => {
		const id = holder({ name: 'Семёнов Пётр' });

		const saved = await save(byPhoneAndName('Петр Семенов'));

		expect(saved).toMatchObject({ id, operationResult: 'unchanged' });
	});

	it('is found together with a date of birth', async () => {
		const id = holder({ name: 'Колычев Павел', dob: '2015-09-04' });

		const saved = await save(byNameAndBirthDate('Павел Колычев'));

		expect(saved).toMatchObject({ id, operationResult: 'unchanged' });
	});

	it('makes one card of two executions at the same moment', async () => {
		const both = await Promise.all([
			school.run(byPhoneAndName('Колычев Павел')),
			school.run(byPhoneAndName('Павел Колычев')),
		]);

		const results = both.map(({ json }) => json[0].operationResult);
		expect(results.sort()).toEqual(['created', 'unchanged']);
		expect(school.readRecords('customer')).toHaveLength(1);
	});

	it('makes one card of two items where AlfaCRM ignores the filter by name', async () => {
		school.settings.ignoredFilters = ['customer.name'];
		for (let n = 10; n < 40; n++) school.addLead({ phone: [`+7(911)222-33-${n}`] });

		const { json } = await school.run(
			{},
			{ parametersByItem: [byNameAndBirthDate('Колычев Павел'), byNameAndBirthDate('Павел Колычев')] },
		);

		expect(json.map(({ operationResult }) => operationResult)).toEqual(['created', 'unchanged']);
	});

	it('is another person if the first names differ, as those of siblings do', async () => {
		holder({ name: 'Колычев Павел' });

		const results = await school.runInTurn(byPhoneAndName('Анна Колычева'), byPhoneAndName('Колычев Пётр'));

		expect(results).toBe('created, created');
	});

	it.each([
		{ stored: 'Колычев Павел Игоревич', typed: 'Павел Колычев' },
		{ stored: 'Колычев Павел', typed: 'Павел Игоревич Колычев' },
		{ stored: 'Колычев Павел', typed: 'Павел' },
	])('stops if one name has more words: $stored and $typed', async ({ stored, typed }) => {
		const id = holder({ name: stored });

		const error = await school.expectRefused(byPhoneAndName(typed));

		expect(error).toMatchObject({
			message: `Customer ${id} with 'Name' "${stored}" may be the one with "${typed}": one of the two has more words`,
			description:
				"If it is, write 'Name' alike here and in AlfaCRM; if that is another customer, add the new one with 'Create' first. Nothing was saved.",
		});
	});

	it('stops Find too if one name has more words, since a card made after it would be the second', async () => {
		holder({ name: 'Колычев Павел Игоревич' });

		const error = await school.expectRefused(findByPhoneAndName('Павел Колычев'));

		expect(error.message).toContain('"Колычев Павел Игоревич" may be the one with "Павел Колычев"');
	});

	it('stops if one name with the same date of birth has more words', async () => {
		holder({ name: 'Колычев Павел Игоревич', dob: '2015-09-04' });

		const error = await school.expectRefused(byNameAndBirthDate('Павел Колычев'));

		expect(error.message).toContain('"Колычев Павел Игоревич" may be the one with "Павел Колычев"');
	});

	it('does not stop if one of the cards has exactly these words', async () => {
		holder({ name: 'Колычев Павел Игоревич' });
		const id = holder({ name: 'Колычев Павел' });

		const saved = await save(byPhoneAndName('Павел Колычев'));

		expect(saved).toMatchObject({ id, operationResult: 'unchanged' });
	});

	it('does not stop at an archived card if archived ones are left alone', async () => {
		holder({ name: 'Колычев Павел Игоревич', e_date: '2025-01-31' });

		const saved = await save(byPhoneAndName('Павел Колычев', { ifArchived: 'create' }));

		expect(saved.operationResult).toBe('created');
	});

	it('stops if the exact name is on an archived card and a longer one on an active card', async () => {
		const archivedId = holder({ name: 'Колычев Павел', e_date: '2025-01-31' });
		const activeId = holder({ name: 'Колычев Павел Игоревич', is_study: 1 });

		const error = await school.expectRefused(byPhoneAndName('Павел Колычев'));

		expect(error).toMatchObject({
			message: `Customer ${activeId} with 'Name' "Колычев Павел Игоревич" may be the one with "Павел Колычев": one of the two has more words. Customer ${archivedId} matches, but is archived`,
			description:
				"If the active one is meant, write 'Name' alike here and in AlfaCRM; if the archived one is, restore it in AlfaCRM first. Nothing was saved.",
		});
	});

	it('updates the archived card with exactly these words if the card with more words is archived too', async () => {
		const id = holder({ name: 'Колычев Павел', e_date: '2025-01-31' });
		holder({ name: 'Колычев Павел Игоревич', e_date: '2025-01-31' });

		const saved = await save(byPhoneAndName('Павел Колычев'));

		expect(saved).toMatchObject({ id, operationResult: 'unchanged' });
	});

	it('with more words and another phone is another person', async () => {
		school.addLead({ name: 'Колычев Павел Игоревич', phone: [OTHER_PHONE] });

		const saved = await save(byPhoneAndName('Павел Колычев'));

		expect(saved.operationResult).toBe('created');
	});
});

describe('a value of a custom field that differs in capital letters', () => {
	it('finds nobody else: Create or Update stops and names both values', async () => {
		const id = school.addLead({ custom_dogovor: 'cus_AbC1' });

		const error = await school.expectRefused(byContract('cus_aBc1'));

		expect(error.message).toBe(
			`Customer ${id} with 'custom_dogovor' "cus_AbC1" may be the one with "cus_aBc1": they differ in capital letters only`,
		);
	});

	it('takes no payment from the customer who has it', async () => {
		school.addRecord('pay-account', { name: 'Касса' });
		school.addLead({ custom_dogovor: 'cus_AbC1' });
		const payer = { __rl: true, mode: 'custom', value: 'custom_dogovor=cus_aBc1' };

		const error = await school.expectRefused(
			customerForm('takePayment', { id: payer, income: 100, pay_account_id: 1 }),
		);

		expect(error.message).toContain('"cus_AbC1" may be the one with "cus_aBc1"');
		expect(school.readRecords('pay')).toEqual([]);
	});

	it('takes the payment from the customer who has exactly that value', async () => {
		school.addRecord('pay-account', { name: 'Касса' });
		school.addLead({ custom_dogovor: 'cus_AbC1' });
		const id = school.addLead({ custom_dogovor: 'cus_aBc1' });
		const payer = { __rl: true, mode: 'custom', value: 'custom_dogovor=cus_aBc1' };

		await school.run(customerForm('takePayment', { id: payer, income: 100, pay_account_id: 1 }));

		expect(school.readRecords('pay')).toMatchObject([{ customer_id: id }]);
	});

	it('is seen where AlfaCRM ignores the filter and the whole list is read once', async () => {
		school.settings.ignoredFilters = ['*.custom_*'];
		for (let n = 0; n < 25; n++) school.addLead({ custom_dogovor: `cus_${n}` });
		school.addLead({ custom_dogovor: 'cus_AbC1' });

		const { error } = await school.runToEnd(
			{},
			{ parametersByItem: [byContract('cus_7'), byContract('cus_aBc1')] },
		);

		expect(error?.message).toContain('"cus_AbC1" may be the one with "cus_aBc1"');
		expect(school.readRecords('customer')).toHaveLength(26);
	});
});

describe('a user who may not see the values by which customers are found', () => {
	/** Lists one customer that AlfaCRM has found, as such a user sees the card. */
	const showCard = (values: IDataObject) => {
		school.onCall = (call, { body }) => {
			if (call !== 'customer/index') return undefined;
			const card = { id: 7, name: 'Орлова Мия', is_study: 0, removed: 0, branch_ids: [1], ...values };
			return { items: body.page === 0 ? [card] : [], total: 1 };
		};
	};

	it.each([{}, { phone: null }, { phone: [] }, { phone: [''] }, { phone: ['+7(9**)***-**-**'] }])(
		'creates nothing by phone while the cards that are found show %j',
		async (values) => {
			showCard(values);

			const error = await school.expectRefused(upsertByPhoneForm({ name: 'Мия' }));

			expect(error).toMatchObject({
				message:
					"AlfaCRM finds customers by 'Phone' but shows it on none of them, so it is not sure which one is meant",
				description:
					"Let the role of the credential's user see it, or match by something that this user sees. Nothing was saved.",
			});
		},
	);

	it('creates nothing by email while no card shows the field', async () => {
		showCard({});

		const error = await school.expectRefused(by('email', { email: EMAIL }, { name: 'Мия' }));

		expect(error.message).toContain("AlfaCRM finds customers by 'Email' but shows it on none of them");
	});

	it('creates a customer by email if AlfaCRM ignores that filter and no card has an email', async () => {
		school.settings.ignoredFilters = ['customer.email'];
		school.addLead({ phone: [PHONE], email: [] });

		const saved = await save(by('email', { email: EMAIL }, { name: 'Мия' }));

		expect(saved.operationResult).toBe('created');
	});

	it('creates nothing by Telegram while no card shows the field', async () => {
		showCard({});

		const error = await school.expectRefused(by('web', { web: '@mia_orlova' }, { name: 'Мия' }));

		expect(error.message).toContain("AlfaCRM finds customers by 'Website' but shows it on none of them");
	});

	it('creates a customer by Telegram while the cards show that they have none', async () => {
		showCard({ web: [] });

		const saved = await save(by('web', { web: '@mia_orlova' }, { name: 'Мия' }));

		expect(saved.operationResult).toBe('created');
	});

	it('creates a customer by phone if AlfaCRM finds nobody', async () => {
		school.addLead({ phone: [] });

		const saved = await save(upsertByPhoneForm({ name: 'Мия' }));

		expect(saved.operationResult).toBe('created');
	});

	it('stops Find by phone, since a card made after it would be the second', async () => {
		showCard({});

		const error = await school.expectRefused(findByPhoneForm());

		expect(error.message).toContain("AlfaCRM finds customers by 'Phone' but shows it on none of them");
	});

	it('creates a customer by phone if one of the cards that are found shows another phone', async () => {
		school.onCall = (call, { body }) => {
			if (call !== 'customer/index') return undefined;
			const cards = [
				{ id: 7, removed: 0, phone: [] },
				{ id: 8, removed: 0, phone: ['+7(911)222-00-01'] },
			];
			return { items: body.page === 0 ? cards : [], total: 2 };
		};

		const saved = await save(upsertByPhoneForm({ name: 'Мия' }));

		expect(saved.operationResult).toBe('created');
	});
});

describe('a card that holds a filler in place of a phone', () => {
	const FILLERS = [
		{ filler: '+7(999)999-99-99', phone: '+7 912 345-99-99' },
		{ filler: '9999999999', phone: '+7 912 345-99-99' },
		{ filler: '+7(000)000-00-00', phone: '+7 912 345-00-00' },
		{ filler: '0000', phone: '+7 912 345-00-00' },
		{ filler: '1111', phone: '+7 912 345-11-11' },
		{ filler: '+7(900)5**-00-01', phone: '+7 912 345-00-01' },
	];

	it.each(FILLERS)(
		'$filler, is not the person with $phone: Create or Update makes a card',
		async ({ filler, phone }) => {
			school.addLead({ phone: [filler] });

			const saved = await save(upsertByPhoneForm({ name: 'Мия' }, {}, phone));

			expect(saved.operationResult).toBe('created');
		},
	);

	it.each(FILLERS)('$filler, is not what Find looks for with $phone', async ({ filler, phone }) => {
		school.addLead({ phone: [filler] });

		const { json } = await school.run(findByPhoneForm({}, phone));

		expect(json).toEqual([]);
	});
});

describe('the sender of a mail', () => {
	const SENDERS = [
		'Anna Petrova <anna@example.org>',
		'"Petrova, Anna" <Anna@example.org>',
		'Petrova, Anna <anna@example.org>',
		'anna@example.org',
	];

	it('makes one customer with the address alone, however the mail program writes the name', async () => {
		const forms = SENDERS.map((email) => by('email', { email }, { name: 'Анна' }));

		const results = await school.runInTurn(...forms);

		expect(results).toBe('created, unchanged, unchanged, unchanged');
		expect(school.readRecords('customer').map(({ email }) => email)).toEqual([['anna@example.org']]);
	});

	it('is not added to the emails of a card that has the address', async () => {
		const id = holder({ email: ['anna@example.org'] });
		const forms = SENDERS.map((email) => upsertByPhoneForm({ email }));

		const results = await school.runInTurn(...forms);

		expect(results).toBe('unchanged, unchanged, unchanged, unchanged');
		expect(card(id).email).toEqual(['anna@example.org']);
	});

	it('is not added to a card that holds the name and the address in one text', async () => {
		const id = holder({ email: ['Anna Petrova <anna@example.org>'] });

		const saved = await save(by('email', { email: 'anna@example.org' }, { email: SENDERS }));

		expect(saved).toMatchObject({ id, operationResult: 'unchanged', notSaved: '' });
		expect(card(id).email).toEqual(['Anna Petrova <anna@example.org>']);
	});

	it('is saved as the address alone by Create', async () => {
		const form = customerForm('create', { name: 'Анна', is_study: 0, legal_type: 1, email: SENDERS[1] });

		const { id } = await save(form);

		expect(card(id).email).toEqual(['Anna@example.org']);
	});

	it('is saved as the address alone by Update', async () => {
		const id = holder({ email: [EMAIL] });

		await save(customerForm('update', { id, updateFields: { email: SENDERS[1] } }));

		expect(card(id).email).toEqual(['Anna@example.org']);
	});
});

describe('a key that is a list', () => {
	it('joins a list that does not hold it, and takes the spelling that is given', async () => {
		const id = holder({ phone: ['8 900 555 00 01'] });
		await save(upsertByPhoneForm({ note: 'a' }));
		expect(school.requests.at(-1)?.body).toEqual({ note: 'a' });
		await save(upsertByPhoneForm({ phone: '+7 900 555 00 01, 123-45-67' }));
		expect(card(id).phone).toEqual([PHONE, '123-45-67']);
		await save(upsertByPhoneForm({ note: 'b' }, REPLACE));
		expect(card(id).phone).toEqual([PHONE, '123-45-67']);
		await save(upsertByPhoneForm({ phone: '765-43-21' }, REPLACE));
		expect(card(id).phone).toEqual([PHONE, '765-43-21']);
		const both = { phone: OTHER_PHONE, email: EMAIL };
		school.store.patch('customer', id, { email: [EMAIL] } as never);
		// The other half of the key is new, and removes nothing.
		expect(await save(by('phoneOrEmail', both, {}, REPLACE))).toMatchObject({ id, changedFields: ['phone'] });
		expect(card(id).phone).toEqual([PHONE, '765-43-21', OTHER_PHONE]);
	});

	it('does not stand in for the list, nor empty it with its empty half', async () => {
		const held = { phone: [PHONE, '8-800-нет'], email: [EMAIL, 'mama@example.org'], teacher_ids: [1, 2] };
		const id = holder(held);
		for (const [matchBy, key] of [
			['phone', { phone: '8 900 555 00 01' }],
			['email', { email: 'MIA@school.example' }],
			['phoneOrEmail', { phone: ' - ', email: EMAIL }],
			['phoneAndName', { phone: PHONE, name: 'Орлова Мия' }],
		] as const)
			expect(await save(by(matchBy, key, {}, { ...REPLACE, overwriteWithEmpty: true }))).toMatchObject({
				...{ id, operationResult: 'unchanged' },
			});
		// What was given among the fields is replaced.
		await save(upsertByPhoneForm({ teacher_ids: [3] }, REPLACE));
		expect(card(id)).toMatchObject({ ...held, teacher_ids: [3] });
	});

	it('that says more about the same number comes with a new customer', async () => {
		const more = '+7 900 555-00-01 доб. 12';
		expect(card((await save(upsertByPhoneForm({ name: 'Мия', phone: [more] }))).id).phone).toEqual([more]);
	});
});

describe('another value for the field that is matched by', () => {
	it('is saved; the key alone is not spelled anew', async () => {
		const id = school.addLead({ name: 'орлова мия', dob: '04.09.2015' });
		const byName = (fieldsToSet: IDataObject, options: IDataObject = { onlyForNew: [] }) =>
			by('nameAndBirthDate', { name: 'Орлова Мия', dob: '2015-09-04' }, fieldsToSet, options);
		await save(byName({ note: 'a' }));
		expect(card(id)).toMatchObject({ name: 'орлова мия', note: 'a' });
		await save(byName({ name: 'Орлова Мия' }));
		expect(card(id).name).toBe('Орлова Мия');
		await save(byName({ dob: '2015-09-12', name: 'Ия' }, {}));
		expect(card(id)).toMatchObject({ name: 'Орлова Мия', dob: '12.09.2015' });
		// A new record takes the spelling that is given, and is found by the key the next time.
		school.store.remove('customer', id);
		const made = await save(byName({ name: 'ОРЛОВА МИЯ' }));
		expect(card(made.id)).toMatchObject({ name: 'ОРЛОВА МИЯ', dob: '04.09.2015' });
		school.store.remove('customer', Number(made.id));
		expect(card((await save(byName({ name: 'Иванов' }))).id).name).toBe('Орлова Мия');
	});

	it('is saved in a custom field, unless it is empty or spells the same', async () => {
		for (const custom_dogovor of ['Д-Ё12', ['Д-Ё12', 'Д-13']]) {
			const id = school.addLead({ custom_dogovor });
			expect(await save(byContract(' Д-Е12 ', { note: 'x' }))).toMatchObject({ id, changedFields: ['note'] });
			await save(byContract('Д-Ё12', contract(''), { overwriteWithEmpty: true }));
			expect(card(id).custom_dogovor).toEqual(custom_dogovor);
			await save(byContract('Д-Ё12', contract('Д-другой')));
			expect(card(id).custom_dogovor).toBe('Д-другой');
		}
		const made = await save(byContract('Д-ключ', { name: 'Мия', ...contract('Д-новый') }));
		expect(card(made.id).custom_dogovor).toBe('Д-ключ');
	});
});

/** A form gives the child's phone as the key, and the mother's only to be saved. */
describe('a phone that is given only to be saved', () => {
	const FIELDS = { name: 'Артём', phone: [OTHER_PHONE], note: 'x' };
	const columns = { mappingMode: 'defineBelow', value: { ...FIELDS, phone: OTHER_PHONE } };

	it.each<[string, IDataObject]>([
		['the form', { fieldsToSet: FIELDS }],
		['JSON', { inputMode: 'json', json: JSON.stringify(FIELDS) }],
		['the mapper', { inputMode: 'map', columns }],
	])('in %s matches nobody: the child is made once, the mother stays as she is', async (_way, given) => {
		const mother = { ...card(school.addLead({ phone: [OTHER_PHONE], note: 'Мама' })) };
		const form = { ...upsertByPhoneForm({}, { ifSeveral: 'all' }), ...given };
		expect((await school.run(findByPhoneForm())).json).toEqual([]);
		const child = await save(form);
		expect(child).toMatchObject({ operationResult: 'created', phone: `${PHONE}, ${OTHER_PHONE}` });
		expect((await school.run(form)).json).toMatchObject([{ id: child.id, operationResult: 'unchanged' }]);
		school.store.patch('customer', Number(child.id), { phone: [PHONE] } as never);
		expect((await school.run(form)).json).toMatchObject([
			{ id: child.id, phone: `${PHONE}, ${OTHER_PHONE}` },
		]);
		expect(card(mother.id)).toEqual(mother);
	});

	it.each<[string, IDataObject, IDataObject]>([
		['email', { email: 'artem@example.org' }, { email: [EMAIL] }],
		['phoneOrEmail', { phone: PHONE, email: 'a@example.org' }, { email: [EMAIL], phone: [OTHER_PHONE] }],
		['phoneAndName', { phone: PHONE, name: 'Орлова Мия' }, { phone: [OTHER_PHONE] }],
	])('by %s only %j is looked for, not %j besides', async (matchBy, key, fields) => {
		const mother = { ...card(school.addLead({ phone: [OTHER_PHONE], email: [EMAIL] })) };
		const name = 'name' in key ? {} : { name: 'Артём' };
		expect((await save(by(matchBy, key, { ...name, ...fields }))).operationResult).toBe('created');
		expect(card(mother.id)).toEqual(mother);
	});
});

it('empty values are left out of a new record, and of a change unless that is chosen', async () => {
	await save(upsertByPhoneForm({ name: 'Мия', note: '', dob: null, web: [], legal_type: '' }));
	const made = { name: 'Мия', is_study: 0, legal_type: 1, branch_ids: [1], phone: [PHONE] };
	expect(school.requests.at(-1)?.body).toEqual(made);
	const held = { note: 'a', email: [EMAIL], lead_source_id: 1 };
	school.store.patch('customer', 1, held as never);
	const empty = {
		...{ note: '', email: [], lead_source_id: '' },
		customFields: { values: [{ name: 'custom_school', value: '' }] },
	};
	expect(await save(upsertByPhoneForm(empty))).toMatchObject({
		operationResult: 'unchanged',
		...held,
		email: EMAIL,
	});
	const { changedFields } = await save(upsertByPhoneForm(empty, { overwriteWithEmpty: true }));
	expect([...(changedFields as string[])].sort()).toEqual(['email', 'lead_source_id', 'note']);
	expect(card(1)).toMatchObject({ note: null, email: [], lead_source_id: null });
});

it('what was made before is found in the branch of the node, and where its fields put it', async () => {
	const another = upsertByPhoneForm({ name: 'Мия' }, { searchBranches: [2] });
	expect((await save(another)).operationResult).toBe('created');
	expect((await save(another)).operationResult).toBe('unchanged');
});
