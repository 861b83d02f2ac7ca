import type { Row } from '../../sandbox';
import { postBody } from '../e2e/support/receiver';
import { useEditor } from './support/editor';
import { Newcomer } from './support/newcomer';

// It lives on the day that n8n lives on.
const today = new Date().toISOString().slice(0, 10);
const n8n = useEditor({ customers: 60, today, settings: { rateLimit: 0, now: `${today} 12:00:00` } });

const store = () => n8n.sandbox.store;
const rows = (entity: string) => store().rows(entity);
const isHere = ({ branch_ids }: Row) => (branch_ids as number[]).includes(1);
const isActive = ({ e_date }: Row) => e_date === '2030-12-31';
const client = () =>
	rows('customer').find((row) => row.is_study === 1 && isHere(row) && isActive(row)) as Row;
const lead = () => rows('customer').find((row) => row.is_study === 0 && isHere(row) && isActive(row)) as Row;
/** What a person who knows the customer types into a search. */
const nameOf = ({ name }: Row) => String(name);
const dayAfter = (days: number) => new Date(Date.parse(today) + days * 86_400_000).toISOString().slice(0, 10);
const [yesterday, tomorrow] = [dayAfter(-1), dayAfter(1)];

interface Task {
	title: string;
	/** More clicks than these would be too much of a form. */
	most: number;
	does: (newcomer: Newcomer) => Promise<void>;
}

const BRANCH = 'Центральный';

/** What schools do every day, by what the form shows at once: nothing is looked up in the documentation. */
const tasks: Task[] = [
	{
		title: 'writes down a lead who has called',
		most: 7,
		does: async (newcomer) => {
			await newcomer.startBy('Create customer');
			await newcomer.choose('branchId', BRANCH);
			await newcomer.type('name', 'Звонкова Алина');
			await newcomer.type('phone', '8 900 555-44-33');
			const [{ id }] = await newcomer.run();
			expect(store().find('customer', Number(id))).toMatchObject({
				...{ name: 'Звонкова Алина', is_study: 0, branch_ids: [1] },
				...{ phone: ['+7(900)555-44-33'], email: [] },
			});
		},
	},
	{
		title: "lists today's new leads",
		most: 7,
		does: async (newcomer) => {
			const { name } = store().insert('customer', { name: 'Новенькая Ия', is_study: 0, branch_ids: [1] });
			await newcomer.startBy('Get many customers');
			await newcomer.choose('branchId', BRANCH);
			await newcomer.select('is_study', 'Lead');
			await newcomer.addField('Created From');
			const found = await newcomer.run();
			expect(found).toContainEqual(expect.objectContaining({ name }));
			expect(found.length).toBeLessThan(rows('customer').filter((row) => row.is_study === 0).length);
		},
	},
	{
		title: 'makes of a website form a lead without a duplicate',
		most: 9,
		does: async (newcomer) => {
			const { id, phone } = lead();
			await newcomer.startWithNode('Webhook');
			await newcomer.select('httpMethod', 'POST');
			await newcomer.listen();
			const typed = { name: 'Кто-то с сайта', phone: String((phone as string[])[0]).replace('+7', '8') };
			await postBody(await newcomer.panel.readTestUrl(), JSON.stringify(typed));
			await newcomer.panel.output.waitForResult();
			await newcomer.goOnWith('AlfaCRM', 'Create or update customer without duplicates');
			await newcomer.choose('branchId', BRANCH);
			await newcomer.map('phone', 'phone');
			await newcomer.map('name', 'name');
			const [saved] = await newcomer.run();
			expect(saved.id).toBe(String(id));
			expect(rows('customer')).toHaveLength(60);
		},
	},
	{
		title: 'writes to the parent about a missed lesson',
		most: 7,
		does: async (newcomer) => {
			await newcomer.startWith('When a customer missed a lesson');
			await newcomer.fetchTestEvent();
			const [{ customer_name }] = await newcomer.panel.output.readRows();
			await newcomer.goOnWith('Telegram', 'Send a text message');
			await newcomer.type('chatId', '501');
			await newcomer.map('customer_name', 'text');
			expect(await newcomer.panel.readPreview('text')).toBe(customer_name);
		},
	},
	{
		title: 'finds out who is calling',
		most: 6,
		does: async (newcomer) => {
			await newcomer.startBy('Find customer by phone or email or another key');
			const { id, name, phone } = client();
			await newcomer.choose('branchId', BRANCH);
			await newcomer.type('phone', String((phone as string[])[0]));
			expect(await newcomer.run()).toContainEqual(expect.objectContaining({ id: String(id), name }));
		},
	},
	{
		title: 'moves a lead to another stage',
		most: 7,
		does: async (newcomer) => {
			await newcomer.startBy('Move lead to stage of funnel');
			const { id } = lead();
			const stage = rows('lead-status').at(1) as Row;
			await newcomer.choose('branchId', BRANCH);
			await newcomer.pick('id', nameOf(lead()));
			await newcomer.choose('lead_status_id', String(stage.name));
			await newcomer.run();
			expect(store().find('customer', id)).toMatchObject({ lead_status_id: stage.id });
		},
	},
	{
		title: 'takes a payment',
		most: 8,
		does: async (newcomer) => {
			await newcomer.startBy('Take payment from customer');
			const { id } = client();
			await newcomer.choose('branchId', BRANCH);
			await newcomer.pick('id', nameOf(client()));
			await newcomer.type('income', '3200');
			await newcomer.choose('pay_account_id', String(store().find('pay-account', 1)?.name));
			const [paid] = await newcomer.run();
			expect(store().find('pay', Number(paid.id))).toMatchObject({ customer_id: id, income: '3200.00' });
		},
	},
	{
		title: 'puts a customer into a group',
		most: 7,
		does: async (newcomer) => {
			await newcomer.startBy('Add customer to group');
			const { id } = lead();
			const group = rows('group').find((row) => isHere(row) && row.removed === 0) as Row;
			await newcomer.choose('branchId', BRANCH);
			await newcomer.pick('id', nameOf(lead()));
			await newcomer.pick('group_id', nameOf(group));
			await newcomer.run();
			expect(store().where('cgi', 'customer_id', id)).toContainEqual(
				expect.objectContaining({ group_id: group.id }),
			);
		},
	},
	{
		title: 'plans a trial lesson',
		most: 11,
		does: async (newcomer) => {
			const { id } = lead();
			await newcomer.startBy('Create lesson');
			await newcomer.choose('branchId', BRANCH);
			await newcomer.pick('customer_ids', nameOf(lead()));
			await newcomer.type('lesson_date', tomorrow);
			await newcomer.type('time_from', '17:00');
			await newcomer.choose('lesson_type_id', 'Пробный');
			await newcomer.choose('subject_id', String(store().find('subject', 1)?.name));
			await newcomer.choose('teacher_ids', String(store().find('teacher', 1)?.name));
			const [planned] = await newcomer.run();
			expect(store().find('lesson', Number(planned.id))).toMatchObject({
				...{ customer_ids: [id], teacher_ids: [1], date: tomorrow, status: 1 },
				...{ time_from: `${tomorrow} 17:00:00`, time_to: `${tomorrow} 18:00:00` },
			});
		},
	},
	{
		title: 'marks who was at a lesson',
		most: 8,
		does: async (newcomer) => {
			await newcomer.startBy('Complete lesson with attendance');
			// Of yesterday, and not marked yet, as that evening's lessons are.
			const isPlanned = (row: Row) => row.status === 1 && row.branch_id === 1 && row.lesson_type_id === 2;
			const lesson = rows('lesson').find(isPlanned) as Row;
			const times = { time_from: `${yesterday} 22:00:00`, time_to: `${yesterday} 23:00:00` };
			// On some weekdays, the first planned lesson is one of a group, which names no customers.
			const present = client().id;
			const participants = { group_ids: [], customer_ids: [present] };
			store().patch('lesson', lesson.id, { date: yesterday, ...times, ...participants });
			await newcomer.choose('branchId', BRANCH);
			await newcomer.pick('id', yesterday);
			await newcomer.tick('present_ids', String(store().find('customer', present)?.name));
			const [held] = await newcomer.run();
			expect(store().find('lesson', Number(held.id))).toMatchObject({ status: 3 });
			expect(store().where('lesson-details', 'lesson_id', Number(held.id))).toMatchObject([
				{ customer_id: present, is_attend: 1 },
			]);
		},
	},
	{
		title: 'sees how things stand with a customer',
		most: 6,
		does: async (newcomer) => {
			await newcomer.startBy('Get customer overview with balance and lessons left and next lessons');
			const { id, name, balance } = client();
			await newcomer.choose('branchId', BRANCH);
			await newcomer.pick('id', nameOf(client()));
			const [overview] = await newcomer.run();
			expect(overview).toMatchObject({ id: String(id), name });
			expect(Number(overview.balance)).toBe(Number(balance));
		},
	},
	{
		title: 'sees when a teacher is free',
		most: 6,
		does: async (newcomer) => {
			await newcomer.startBy('Get free slots of teachers');
			await newcomer.choose('branchId', BRANCH);
			await newcomer.pick('id', String(store().find('teacher', 1)?.name));
			const slots = await newcomer.run();
			expect(slots.length).toBeGreaterThan(0);
		},
	},
];

describe('a newcomer', () => {
	it.each(tasks)('$title in $most clicks or less', async ({ most, does }) => {
		const newcomer = new Newcomer(n8n.editor);
		await does(newcomer);
		expect(newcomer.clicks).toBeLessThanOrEqual(most);
	});
});
