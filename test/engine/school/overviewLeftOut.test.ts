import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { withPackage } from '../../../scripts/lib/examples';
import { callTool, fromAi, toolContext } from '../support/agentTool';
import { EMPTY, given, NULL, officeOf, stopClock, UNDEFINED } from '../support/office';
import { ALL, by, form, inOrder, NOON, overviewsOf } from '../support/overview';
import type { Row } from '../support/overview';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 80 });
const { add, patch, refused, row, rows, run, set } = officeOf(school);
const { busy, expected } = overviewsOf(school);

beforeEach(() => stopClock(NOON));
afterEach(() => jest.useRealTimers());

const SECRET = 'Мама ругалась, не звонить';

/** A client about whom staff has noted something wherever AlfaCRM takes a note. */
function noted(): Row {
	const { id } = busy();
	const own = ({ customer_id }: IDataObject) => customer_id === id;
	add('customer-tariff', { customer_id: id, tariff_id: 1, b_date: '2026-01-01', e_date: '2026-12-31' });
	const payment = { branch_id: 1, customer_id: id, income: 100, document_date: '2026-02-09', pay_type_id: 1 };
	add('pay', payment);
	for (const path of ['customer-tariff', 'pay', 'lesson-details'])
		for (const one of rows(path).filter(own)) patch(path, one.id, { note: SECRET });
	patch('customer', id, { note: SECRET });
	add('task', { customer_ids: [id], branch_ids: [1], title: 'Перезвонить', text: '' });
	return { ...row('customer', id) };
}

/** An overview without notes. */
function withoutNotes(overview: Row): Row {
	const text = JSON.stringify(overview, (name, value: unknown) => (name === 'note' ? undefined : value));
	return JSON.parse(text) as Row;
}

/** The form as it opens. */
const untouched = (parameters: INodeParameters): INodeParameters =>
	Object.fromEntries(Object.entries(parameters).filter(([name]) => name !== 'leaveOut'));

it('as the form opens, notes of the staff are left out, and nothing else', async () => {
	const customer = noted();
	const [json] = await run(untouched(form(customer.id, ALL)));
	expect(JSON.stringify(json)).not.toContain(SECRET);
	expect(inOrder(json)).toEqual(inOrder(withoutNotes(expected(customer))));
	for (const part of ['payments', 'attendance', 'tasks'])
		expect((json[part] as Row[]).length).toBeGreaterThan(0);
});

it('an agent that has it as a tool hears none of them', async () => {
	const customer = noted();
	const parameters = untouched(by('phone', { phone: fromAi('phone') }));
	const items = await callTool(toolContext(school, parameters, { phone: (customer.phone as string[])[0] }));
	expect(items.map(({ json }) => json.id)).toContain(customer.id);
	expect(JSON.stringify(items)).not.toContain(SECRET);
});

it('the bot for parents tells a parent nothing of the other one, who stands on the same card', async () => {
	const { id } = busy();
	const other = { phone: '+7(900)222-33-44', email: 'father@example.org', payer: 'Орлов Лев' };
	const phone = ['+7(900)111-22-33', other.phone];
	patch('customer', id, { phone, email: [other.email], legal_name: other.payer });
	const { parameters } = withPackage('parent-bot').nodes.find(({ name }) => name === 'Get Overview') ?? {};
	const asked = { ...(parameters as INodeParameters), phone: phone[0] };
	const items = await callTool(toolContext(school, asked, {}));
	expect(items.map(({ json }) => json.id)).toEqual([id]);
	const told = JSON.stringify(items);
	for (const word of Object.values(other)) expect(told).not.toContain(word);
});

it('what is let in comes whole', async () => {
	const customer = noted();
	const [json] = await run(form(customer.id, ALL));
	expect(inOrder(json)).toEqual(inOrder(expected(customer)));
	expect(JSON.stringify(json)).toContain(SECRET);
});

it.each<[part: string, call: string, fields: string[]]>([
	['attendance', 'lesson/index', ['attendance']],
	['contacts', '', ['phone', 'email', 'payer_name']],
	['manager', 'user/index', ['manager_id', 'manager_name', 'stage_id', 'stage_name']],
	['payments', 'pay/index', ['payments']],
	['tasks', 'task/index', ['tasks']],
])('%s can be left out, and cost no call then', async (part, call, fields) => {
	const customer = noted();
	const [json] = await run(form(customer.id, ALL, { leaveOut: [part] }));
	const whole = expected(customer);
	for (const name of fields) {
		expect(whole).toHaveProperty(name);
		delete whole[name];
	}
	expect(inOrder(json)).toEqual(inOrder(whole));
	// The lessons ahead are planned ones.
	const sent = school.entries(call).filter(({ body }) => (body as Row).status !== 1);
	expect(sent).toEqual([]);
});

it('what is left out is no error where it may not be read, and leaves calls for names', async () => {
	const { id } = busy();
	set({ forbiddenCalls: ['task/index', 'pay/index'] });
	const [json] = await run(form(id, {}, { leaveOut: ['payments', 'tasks'] }));
	expect(json.overviewErrors).toEqual([]);
	for (const name of ['manager_name', 'stage_name', 'branch_names']) expect(json[name]).not.toBeNull();
	expect(school.calls().filter((call) => call !== 'auth/login').length).toBeLessThanOrEqual(8);
});

it.each([EMPTY, NULL, UNDEFINED, given('everything'), given(['note']), given({}), given('[]'), given(false)])(
	'%s, which cannot be read, lets nothing in',
	async (leaveOut) => {
		await refused(form(busy().id, {}, { leaveOut }), 'Leave Out');
	},
);
