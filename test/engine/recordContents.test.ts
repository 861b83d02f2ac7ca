import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { entities, entityOf } from '../../nodes/AlfaCrm/entities/registry';
import { recordSchema } from '../../nodes/AlfaCrm/output/recordSchema';
import { allSchemas } from '../../nodes/AlfaCrm/operations/schemas';
import { listingOf } from '../support/form';
import { recordWithId } from './support/forms';
import { frontDeskOf } from './support/frontDesk';
import { stopClock } from './support/stoppedClock';
import { useSchool } from './support/school';
import { readRecordsOfBranch } from './support/arbitraryValues';

/** What a record that comes out of the node holds: AlfaCRM's own fields, names of the IDs, the address of its page. */
const school = useSchool({ customers: 60 });
const {
	addRecord,
	addLead,
	expectRefusedUnsent,
	readRecord,
	readRecords,
	run,
	changeSettings,
	expectRefused,
	runToEnd,
} = frontDeskOf(school);

afterEach(() => jest.useRealTimers());

const of = (resource: string, operation: string, more: object = {}) =>
	({ resource, operation, branchId: 1, ...more }) as INodeParameters;
const get = (resource: string, id: unknown, more: object = {}) =>
	of(resource, 'get', { id: String(id), ...more });
const many = (resource: string, more: object = {}) =>
	({ ...listingOf(entityOf(resource)), branchId: 1, returnAll: true, ...more }) as INodeParameters;
const one = async (parameters: INodeParameters) => (await run(parameters))[0];
const listed = (path: string) => school.readJournal(`${path}/index`).length;
const inBranch1 = (found: IDataObject) => (found.branch_ids as number[]).includes(1);
const schemas = allSchemas();

/** Where the names of an ID are, by the field that holds it, without its ending. Written from the facts. */
const LISTS: Record<string, string> = {
	assigned: 'user',
	branch: 'branch',
	category: 'pay-item-category',
	company: 'company',
	customer_reject: 'customer-reject',
	group: 'group',
	lead_reject: 'lead-reject',
	lead_source: 'lead-source',
	lead_status: 'lead-status',
	lesson_type: 'lesson-type',
	level: 'level',
	location: 'location',
	pay_account: 'pay-account',
	pay_item: 'pay-item',
	pay_type: 'pay-type',
	pipeline: 'pipeline',
	room: 'room',
	study_status: 'study-status',
	subject: 'subject',
	tariff: 'tariff',
	teacher: 'teacher',
	user: 'user',
};
const WEEK = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const WORDS: Record<string, Record<number, string>> = {
	'customer.is_study': { 0: 'Lead', 1: 'Client' },
	'customer.legal_type': { 1: 'Person', 2: 'Company' },
	'customer.gender': { 0: 'Not Given', 1: 'Male', 2: 'Female' },
	'lesson.status': { 1: 'Planned', 2: 'Cancelled', 3: 'Completed' },
	'log.event': { 1: 'Created', 2: 'Updated', 3: 'Deleted' },
	'regularLesson.day': Object.fromEntries(WEEK.map((name, index) => [index + 1, name])),
	'tariff.type': { 1: 'Per Lesson', 2: 'Monthly', 3: 'Weekly or Unlimited' },
};

/** What a record is called in a list of branch 1; nothing if it is not in that. */
function nameIn(path: string, id: unknown): string | undefined {
	const world = { branch: 1, rows: (of: string) => school.sandbox.store.rows(of) };
	return readRecordsOfBranch(world, path).find((found) => found.id === Number(id))?.name as
		| string
		| undefined;
}

/** The names that belong beside the fields of a row, as the sandbox's own rows tell. */
function expectedNames(resource: string, fields: IDataObject): IDataObject {
	const names: IDataObject = {};
	for (const [field, value] of Object.entries(fields)) {
		const words = WORDS[`${resource}.${field}`];
		if (words) names[`${field}_name`] = words[Number(value)] ?? null;
		const [, stem, ending] = /^(.*)_(ids?)$/.exec(field) ?? [];
		// What calls hold is in no source.
		if (stem === undefined || !(stem in LISTS) || resource === 'phoneCall') continue;
		// Their own list is long, and only lessons are told by it.
		if (stem === 'group' && resource !== 'lesson') continue;
		// In Simplify's text a list has commas.
		const ids = String(value ?? '')
			.split(',')
			.filter((id) => id.trim() !== '');
		const found = ids.map((id) => nameIn(LISTS[stem], id) ?? id.trim());
		const isKnown = ids.some((id) => nameIn(LISTS[stem], id) !== undefined);
		if (ending === 'id') names[`${stem}_name`] = isKnown ? found[0] : null;
		else if (ids.length > 0 && !isKnown) names[`${stem}_names`] = null;
		else names[`${stem}_names`] = Array.isArray(value) ? found : found.join(', ');
	}
	return names;
}

describe.each(entities.filter(({ operations }) => operations.includes('getAll')))(
	'$resource',
	({ resource, path, simplifiedFields, listedIn }) => {
		/** Whose records are asked for, where they are those of another. */
		const OWNERS: Record<string, () => object> = {
			cgi: () => ({ group_id: Number(readRecords('cgi')[0].group_id) }),
			customerTariff: () => ({ customer_id: Number(readRecords('customer-tariff')[0].customer_id) }),
			communication: () => ({
				class: String(readRecords('communication')[0].class),
				related_id: Number(readRecords('communication')[0].related_id),
			}),
		};
		const parameters = (more: object = {}) => many(resource, { ...OWNERS[resource]?.(), ...more });
		/** What AlfaCRM shows of such a record. */
		const shown = () => new Set(readRecords(path).flatMap((found) => Object.keys(found)));

		it('has the name of each ID of a short list beside it, after one request for each list, and what its schema says', async () => {
			const { json, hints } = await runToEnd(parameters());
			expect(hints).toEqual([]);
			for (const found of json) expect(found).toMatchObject(expectedNames(resource, found));
			// A model reads all of it.
			for (const found of json) expect(Buffer.byteLength(JSON.stringify(found))).toBeLessThanOrEqual(2_000);
			// The types of payments are read for asking by them as well.
			for (const list of new Set(Object.values(LISTS)))
				if (list !== path)
					expect(listed(list)).toBeLessThanOrEqual(path === 'pay' && list === 'pay-type' ? 2 : 1);

			// The preview of several lists cannot know which one is chosen.
			if (listedIn) return;
			const { properties } = schemas[`${resource}/getAll`];
			const held = shown();
			for (const found of json) {
				if (simplifiedFields) expect(Object.keys(found)).toEqual(Object.keys(properties));
				const own = Object.keys(found).filter((name) => /_names?$|^url$/.test(name) && !held.has(name));
				expect(own.filter((name) => !(name in properties))).toEqual([]);
			}
		});

		if (!simplifiedFields) return;
		it('comes without Simplify as AlfaCRM sends it', async () => {
			const sent = await run(parameters({ simplify: false }));
			// Which types of payments there are is asked for in any case.
			const lists = Object.values(LISTS).filter((list) => list !== path && list !== 'pay-type');
			for (const list of lists) expect(listed(list)).toBe(0);
			// Of lessons AlfaCRM itself adds these. API notes 5.11.
			const held = shown().add('lesson_type_name').add('details');
			for (const found of sent) expect(Object.keys(found).filter((name) => !held.has(name))).toEqual([]);
		});
	},
);

describe('the lists of names', () => {
	const byId = (more: object = {}) => of('customer', 'get', { id: '={{ $json.id }}', ...more });
	const items = (count: number) => {
		const customers = readRecords('customer').filter(inBranch1);
		return Array.from({ length: count }, (_, index) => ({ id: customers[index % customers.length].id }));
	};

	it('are read once for all items', async () => {
		const json = await run(byId(), { items: items(100) });
		expect(json).toHaveLength(100);
		for (const found of json) expect(found).toMatchObject(expectedNames('customer', found));
		const lists = school.readCalls().filter((call) => !/^(customer|auth)\//.test(call));
		expect(lists.length).toBeGreaterThan(1);
		expect(lists).toEqual([...new Set(lists)]);
	});

	it.each([
		[403, 'Names are missing, because this user may not read the lists of them: stages'],
		[
			404,
			'Names are missing, because the lists of them could not be read. Run it again to have them: stages',
		],
	])('that fail with %i are not asked for again, which is said once', async (status, words) => {
		school.sandbox.faults.add({ kind: 'status', status, times: 0, match: { entity: 'lead-status' } });
		const { json, hints } = await runToEnd(byId(), { items: items(20) });
		const name = expect.any(String) as string;
		expect(json).toMatchObject(items(20).map(() => ({ lead_status_name: null, name })));
		expect(hints).toEqual([words]);
		// A refusal may be that of an old token, so it is tried once more with a new one.
		expect(listed('lead-status')).toBeLessThanOrEqual(2);
	});

	it('are those of the branch of the rows', async () => {
		const [room] = readRecords('room').filter(({ branch_id }) => branch_id !== 1);
		const branch_id = Number(room.branch_id);
		const times = { date: '2026-02-10', time_from: '2026-02-10 17:00:00', time_to: '2026-02-10 18:00:00' };
		const id = addRecord('lesson', { branch_id, room_id: room.id, status: 1, ...times });
		const found = await one(get('lesson', id, { branchId: branch_id }));
		expect(found).toMatchObject({ room_id: room.id, room_name: room.name });
		expect(school.readJournal('room/index').map(({ path }) => path)).toEqual([
			`/v2api/${branch_id}/room/index`,
		]);
	});

	it('give no two things the same name', () => {
		for (const { resource } of entities) {
			const { fields, outputFields = [] } = entityOf(resource);
			const names = new Set([...fields, ...outputFields].map(({ name }) => name));
			const stems = [...names].filter((name) => /_ids?$/.test(name) && name.replace(/_ids?$/, '') in LISTS);
			const derived = stems.map((name) => name.replace(/_id(s?)$/, '_name$1'));
			// AlfaCRM itself says what kind of lesson it is.
			expect(derived.filter((name) => names.has(name) && name !== 'lesson_type_name')).toEqual([]);
		}
	});
});

describe('a day of the week', () => {
	it('has its name in the hours of a teacher', async () => {
		const json = await run(of('teacher', 'getWorkingHours', { returnAll: true }));
		const days: Record<string, string> = { 2: 'Monday', 4: 'Wednesday', 6: 'Friday' };
		expect(json.length).toBeGreaterThan(0);
		for (const hours of json) expect(hours.weekday_name).toBe(days[String(hours.weekday)]);
		expect(json[0].teacher_name).toBe(nameIn('teacher', json[0].teacher_id));
	});

	it('of a regular lesson is Sunday, also where AlfaCRM says 0', async () => {
		changeSettings({ sunday: 0 });
		const group = { related_class: 'Group', related_id: 1 };
		const id = addRecord('regular-lesson', { branch_id: 1, ...group, day: 7, time_from_v: '10:00' });
		const found = await one(get('regularLesson', id));
		expect(found).toMatchObject({ day: 0, day_name: 'Sunday' });
	});
});

describe('a customer', () => {
	const known = (path: string, id: number) => readRecord(path, id).name as string;
	const read = async (id: number, more: object = {}) => await one(get('customer', id, more));

	it('makes the node read no list of which it holds no ID', async () => {
		const found = await read(addLead({ lead_status_id: null }));
		expect(found).toMatchObject({ lead_status_name: null, is_study_name: 'Lead' });
		expect(listed('lead-status')).toBe(0);
	});

	it('keeps the number of what is deleted', async () => {
		const held = { lead_status_id: 99_999 };
		expect(await read(addLead(held))).toMatchObject({ ...held, lead_status_name: null });
		const [{ id, name }] = readRecords('teacher').filter(inBranch1);
		const taughtBy = async (...teacher_ids: unknown[]) =>
			await one(get('group', addRecord('group', { branch_ids: [1], teacher_ids })));
		expect(await taughtBy(99_998)).toMatchObject({ teacher_ids: 99_998, teacher_names: null });
		expect(await taughtBy(id, 99_998)).toMatchObject({ teacher_names: `${name}, 99998` });
		expect(await taughtBy()).toMatchObject({ teacher_names: '' });
	});

	it.each<[string, IDataObject, () => string | null]>([
		['an ID as a text', { lead_status_id: '1' }, () => known('lead-status', 1)],
		['a name in place of an ID', { lead_status_id: 'Думает' }, () => 'Думает'],
		['0', { lead_status_id: 0 }, () => null],
	])('has the name of a stage that is told by %s', async (_what, held, name) => {
		expect(await read(addLead(held))).toMatchObject({ lead_status_name: name() });
	});

	it('has the address of the page of a lead or a client, in a branch of its own, by which it is found', async () => {
		const page = (kind: string, branch: number, id: number) =>
			`${school.sandbox.url}/company/${branch}/${kind}/view?id=${id}`;
		const id = addLead();
		const { url } = await read(id);
		expect(url).toBe(page('lead', 1, id));
		expect(
			await one({ ...get('customer', id), id: { __rl: true, mode: 'url', value: url as string } }),
		).toMatchObject({ id, url });
		const client = addLead({ is_study: 1, branch_ids: [3, 1] });
		expect(await read(client)).toMatchObject({ url: page('customer', 1, client) });
		const far = addLead({ is_study: 1, branch_ids: [3], phone: ['+7(900)555-00-01'] });
		const found = await one(of('customer', 'find', { matchBy: 'phone', phone: '89005550001' }));
		expect(found).toMatchObject({ url: page('customer', 3, far) });
	});

	describe('that is written back', () => {
		const update = (id: number, more: object) => of('customer', 'update', { id, ...more });
		const asJson = (value: object) => ({ inputMode: 'json', json: JSON.stringify(value) });

		it('means the same, whatever its names say', async () => {
			const id = addLead({ lead_status_id: 1, email: [], phone: [] });
			const { lead_status_id, lead_status_name, is_study, is_study_name, url, name, email } = await read(id);
			const back = { lead_status_id, lead_status_name, is_study, is_study_name, url, name, email };
			const before = school.sandbox.snapshot();
			await run(update(id, asJson({ ...back, lead_status_name: 'Другой' })));
			expect(school.sandbox.changes(before)).toEqual([]);
			const [{ body }] = school.readJournal('customer/update');
			expect(Object.keys(body as object).sort()).toEqual(['is_study', 'lead_status_id', 'name']);

			const columns = { mappingMode: 'autoMapInputData', value: null };
			await run(update(id, { inputMode: 'map', columns }), { items: [back] });
			expect(school.sandbox.changes(before)).toEqual([]);
		});

		it.each([
			['lead_status_name', 'Новый'],
			['is_study_name', 'Lead'],
			['url', 'https://example.org'],
		])('takes no %s alone, for it would change nothing', async (name, value) => {
			const words = `AlfaCRM's customer has no field "${name}" that can be set here`;
			await expectRefusedUnsent(update(addLead(), asJson({ note: 'x', [name]: value })), words);
		});
	});

	it('comes with the remaining lessons, and raw with the day until which they are paid', async () => {
		const id = addLead({ is_study: 1, paid_lesson_count: 6, paid_till: '2026-03-01 00:00:00' });
		expect(await read(id)).toMatchObject({ paid_lesson_count: 6 });
		const raw = await read(id, { simplify: false });
		expect(raw).toMatchObject({ paid_lesson_count: 6, paid_till: '2026-03-01 00:00:00' });
		const remaining = entityOf('customer').outputFields?.find(({ name }) => name === 'paid_lesson_count');
		expect(remaining?.label).toBe('Remaining Lessons');
	});

	it('comes with groups where they are asked for', async () => {
		const { id } = readRecords('customer').find(({ group_ids }) => (group_ids as number[]).length > 0)!;
		const filters = { ids: String(id), withGroups: true };
		const raw = await one(many('customer', { is_study: 2, removed: 1, simplify: false, filters }));
		expect(raw.groups).toEqual(
			[{ id: expect.any(Number), name: expect.any(String) }].map(expect.objectContaining),
		);
		const promised = Object.keys(recordSchema(entityOf('customer')).properties);
		expect(promised).toEqual(expect.arrayContaining(['groups', 'lead_status_ids']));
	});
});

describe('a lesson', () => {
	it('shows its type by name and whether it is streamed', async () => {
		const { id, lesson_type_id } = readRecords('lesson').find(({ branch_id }) => branch_id === 1)!;
		const lesson_type_name = readRecord('lesson-type', lesson_type_id).name;
		const raw = await one(get('lesson', id, { simplify: false }));
		expect(raw).toMatchObject({ lesson_type_name, streaming: false });
		const promised = Object.keys(recordSchema(entityOf('lesson')).properties);
		expect(promised).toEqual(expect.arrayContaining(['lesson_type_name', 'streaming', 'branch_id']));
	});

	it('is made in the branch of the call or in another one, and moved there with all the rest', async () => {
		const save = async (operation: string, json: object, more = {}) =>
			await one(of('lesson', operation, { inputMode: 'json', json: JSON.stringify(json), ...more }));
		const make = async (more: object) =>
			await save('create', {
				...{ customer_ids: addLead(), lesson_date: '2026-03-03', time_from: '17:00', duration: 60 },
				...{ lesson_type_id: 1, subject_id: 1, topic: 'Датчики', ...more },
			});
		const [own, other] = [await make({}), await make({ branch_id: 2 })];
		expect([readRecord('lesson', own.id).branch_id, readRecord('lesson', other.id).branch_id]).toEqual([
			1, 2,
		]);
		await save('update', { branch_id: 2 }, { id: recordWithId(own.id) });
		expect(readRecord('lesson', own.id)).toMatchObject({
			branch_id: 2,
			topic: 'Датчики',
			date: '2026-03-03',
		});
	});
});

it('a subscription plan shows how it is calculated, a payment what was spent', async () => {
	expect(await one(many('tariff'))).toHaveProperty('calculation_type');
	expect(Object.keys(schemas['pay/get'].properties)).toContain('expenditure');
});

describe('Get', () => {
	it('finds an archived client by one call', async () => {
		const id = addLead({ is_study: 1, e_date: '2025-01-31' });
		expect(await run(get('customer', id))).toMatchObject([{ id }]);
		expect(listed('customer')).toBe(1);
	});

	it('finds a record on a later page where the filter by ID is ignored', async () => {
		changeSettings({ ignoredFilters: ['room.id'] });
		for (let n = 1; n <= 90; n++)
			addRecord('room', { name: `Каб. ${n}`, branch_id: 1, color_id: 1, weight: n });
		for (const id of [30, 60, 90]) {
			expect(await run(get('room', id))).toMatchObject([{ id, name: readRecord('room', id).name }]);
		}
	});

	it('finds a lesson of any status', async () => {
		for (const status of [1, 2, 3]) {
			const id = readRecords('lesson').find((found) => found.status === status && found.branch_id === 1)?.id;
			expect(await run(get('lesson', id))).toMatchObject([{ id, status }]);
		}
	});

	it('of a subscription, before it is changed, finds ended ones too, where AlfaCRM lists what is current alone', async () => {
		stopClock('2026-02-10T09:00:00Z');
		changeSettings({ deadDefault: 'current' });
		const [owner, other] = [addLead({ is_study: 1 }), addLead({ is_study: 1 })];
		const subscriptions = ['31.05.2026', '31.05.2025', '09.02.2026', null].map((e_date) =>
			addRecord('customer-tariff', { customer_id: owner, tariff_id: 1, b_date: '01.09.2024', e_date }),
		);
		const change = (customer: number, id: number) =>
			of('customerTariff', 'update', {
				...{ id: String(id), customer_id: recordWithId(customer), updateFields: { note: 'x' } },
			});
		for (const id of subscriptions) expect(await run(change(owner, id))).toMatchObject([{ id }]);
		expect((await expectRefused(change(other, subscriptions[1]))).httpCode).toBe('404');
		for (let n = 0; n < 25; n++)
			addRecord('customer-tariff', { customer_id: owner, tariff_id: 1, e_date: '31.05.2025' });
		changeSettings({ ignoredFilters: ['customer-tariff.id'] });
		expect(await run(change(owner, subscriptions[1]))).toMatchObject([{ id: subscriptions[1] }]);
	});
});

describe('what is created or updated', () => {
	it('comes out in few fields, with what was just set among them', async () => {
		const base = { name: 'Мия Записанная', is_study: 0, legal_type: 1 };
		const additionalFields = {
			dob: '2015-09-04',
			customFields: { values: [{ name: 'custom_school', value: '12' }] },
		};
		const made = await one(of('customer', 'create', { ...base, additionalFields }));
		expect(made).toMatchObject({ name: base.name, dob: '2015-09-04', custom_school: '12' });
		expect(made.url).toBe(`${school.sandbox.url}/company/1/lead/view?id=${String(made.id)}`);
		for (const name of ['color', 'gender', 'updated_at']) expect(made).not.toHaveProperty(name);

		const change = { id: recordWithId(made.id), updateFields: { note: 'Перезвонить', dob: '' } };
		const changed = await one(of('customer', 'update', change));
		expect(changed).toMatchObject({ id: made.id, name: base.name, note: 'Перезвонить' });
		expect(changed).not.toHaveProperty('dob');
	});
});
