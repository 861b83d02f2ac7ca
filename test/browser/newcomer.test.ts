import type { JsonObject, Row } from '../../sandbox';
import { ATTENDANCE, CUSTOMER_TYPE, LESSON_STATUS } from '../support/codes';
import { dayPlus } from '../support/days';
import { postBody } from '../e2e/support/receiver';
import { useEditor } from './support/editor';
import { Newcomer } from './support/newcomer';

/** The first branch of the school. */
const BRANCH = 'Центральный';
const BRANCH_ID = 1;
/** The teacher, the subject and the cash account that the tests choose are the first ones of the school. */
const TEACHER = 1;
const SUBJECT = 1;
const PAY_ACCOUNT = 1;

// n8n lives on the real day, so the school must do so, too.
const today = new Date().toISOString().slice(0, 10);
const yesterday = dayPlus(today, -1);
const tomorrow = dayPlus(today, 1);
const n8n = useEditor({ customers: 60, today, settings: { rateLimit: 0, now: `${today} 12:00:00` } });

function addLead(lead: JsonObject): number {
	return addCustomer({ is_study: CUSTOMER_TYPE.lead, pipeline_id: 1, ...lead });
}

function addClient(client: JsonObject): number {
	return addCustomer({ is_study: CUSTOMER_TYPE.client, ...client });
}

function addCustomer(customer: JsonObject): number {
	return n8n.sandbox.store.insert('customer', { branch_ids: [BRANCH_ID], ...customer }).id;
}

function readRecord(entity: string, id: unknown): Row | undefined {
	return n8n.sandbox.store.find(entity, Number(id));
}

/** Reads the name by which the editor lists a record. */
function readName(entity: string, id: number): string {
	return String(readRecord(entity, id)?.name);
}

function countCustomers(): number {
	return n8n.sandbox.store.rows('customer').length;
}

function countLeads(): number {
	return n8n.sandbox.store.where('customer', 'is_study', CUSTOMER_TYPE.lead).length;
}

/** Finds a group of the branch that is not archived. */
function findActiveGroup(): Row {
	const groups = n8n.sandbox.store.where('group', 'removed', 0);
	const group = groups.find(({ branch_ids }) => (branch_ids as number[]).includes(BRANCH_ID));
	if (!group) throw new Error('The branch has no group');
	return group;
}

/** Adds a lesson that nobody has marked yet. It is the latest one of yesterday, which a picker lists first. */
function addUnmarkedLesson(customer: number): number {
	return n8n.sandbox.store.insert('lesson', {
		branch_id: BRANCH_ID,
		date: yesterday,
		time_from: `${yesterday} 22:00:00`,
		time_to: `${yesterday} 23:00:00`,
		status: LESSON_STATUS.planned,
		lesson_type_id: 2,
		subject_id: SUBJECT,
		teacher_ids: [TEACHER],
		group_ids: [],
		customer_ids: [customer],
	}).id;
}

/** Plays what schools do every day, only with what the form shows at once: a newcomer reads no documentation. */
describe('a newcomer', () => {
	let newcomer: Newcomer;

	beforeEach(() => {
		newcomer = new Newcomer(n8n.editor);
	});

	it('needs at most 7 clicks to write down a lead who has called', async () => {
		await newcomer.startWithAction('Create customer');
		await newcomer.chooseFromAccount('branchId', BRANCH);
		await newcomer.typeText('name', 'Звонкова Алина');
		await newcomer.typeText('phone', '8 900 555-44-33');
		const [created] = await newcomer.runNode();

		expect(readRecord('customer', created.id)).toMatchObject({
			name: 'Звонкова Алина',
			is_study: CUSTOMER_TYPE.lead,
			branch_ids: [BRANCH_ID],
			phone: ['+7(900)555-44-33'],
			email: [],
		});
		expect(newcomer.clicks).toBeLessThanOrEqual(7);
	});

	it("needs at most 7 clicks to list today's new leads", async () => {
		addLead({ name: 'Новенькая Ия' });

		await newcomer.startWithAction('Get many customers');
		await newcomer.chooseFromAccount('branchId', BRANCH);
		await newcomer.chooseOption('is_study', 'Lead');
		await newcomer.addField('Created From');
		const leads = await newcomer.runNode();

		expect(leads).toContainEqual(expect.objectContaining({ name: 'Новенькая Ия' }));
		expect(leads.length).toBeLessThan(countLeads());
		expect(newcomer.clicks).toBeLessThanOrEqual(7);
	});

	it('needs at most 9 clicks to save a website form without a duplicate of the lead', async () => {
		const lead = addLead({ name: 'Орлова Мия', phone: ['+7(900)000-77-22'] });
		const customersBefore = countCustomers();

		await newcomer.startWithNode('Webhook');
		await newcomer.chooseOption('httpMethod', 'POST');
		await newcomer.listenForTestEvent();
		const websiteForm = { name: 'Кто-то с сайта', phone: '8(900)000-77-22' };
		await postBody(await newcomer.panel.readTestUrl(), JSON.stringify(websiteForm));
		await newcomer.panel.output.waitForResult();
		await newcomer.addNextNode('AlfaCRM', 'Create or update customer without duplicates');
		await newcomer.chooseFromAccount('branchId', BRANCH);
		await newcomer.dragField('phone', 'phone');
		await newcomer.dragField('name', 'name');
		const [saved] = await newcomer.runNode();

		expect(saved.id).toBe(String(lead));
		expect(countCustomers()).toBe(customersBefore);
		expect(newcomer.clicks).toBeLessThanOrEqual(9);
	});

	it('needs at most 7 clicks to write to a parent about a missed lesson', async () => {
		await newcomer.startWithTrigger('When a customer missed a lesson');
		await newcomer.fetchTestEvent();
		const [missedLesson] = await newcomer.panel.output.readRows();
		await newcomer.addNextNode('Telegram', 'Send a text message');
		await newcomer.typeText('chatId', '501');
		await newcomer.dragField('customer_name', 'text');

		expect(await newcomer.panel.readPreview('text')).toBe(missedLesson.customer_name);
		expect(newcomer.clicks).toBeLessThanOrEqual(7);
	});

	it('needs at most 6 clicks to find out who is calling', async () => {
		const client = addClient({ name: 'Орлова Мия', phone: ['+7(900)000-77-22'] });

		await newcomer.startWithAction('Find customer by phone or email or another key');
		await newcomer.chooseFromAccount('branchId', BRANCH);
		await newcomer.typeText('phone', '+7(900)000-77-22');
		const customers = await newcomer.runNode();

		expect(customers).toContainEqual(expect.objectContaining({ id: String(client), name: 'Орлова Мия' }));
		expect(newcomer.clicks).toBeLessThanOrEqual(6);
	});

	it('needs at most 7 clicks to move a lead to another stage', async () => {
		const lead = addLead({ name: 'Этапова Ада', lead_status_id: 1 });

		await newcomer.startWithAction('Move lead to stage of funnel');
		await newcomer.chooseFromAccount('branchId', BRANCH);
		await newcomer.pickRecord('id', 'Этапова Ада');
		await newcomer.chooseFromAccount('lead_status_id', 'Назначено пробное');
		await newcomer.runNode();

		expect(readRecord('customer', lead)).toMatchObject({ lead_status_id: 2 });
		expect(newcomer.clicks).toBeLessThanOrEqual(7);
	});

	it('needs at most 8 clicks to take a payment', async () => {
		const client = addClient({ name: 'Платов Ян' });

		await newcomer.startWithAction('Take payment from customer');
		await newcomer.chooseFromAccount('branchId', BRANCH);
		await newcomer.pickRecord('id', 'Платов Ян');
		await newcomer.typeText('income', '3200');
		await newcomer.chooseFromAccount('pay_account_id', readName('pay-account', PAY_ACCOUNT));
		const [payment] = await newcomer.runNode();

		expect(readRecord('pay', payment.id)).toMatchObject({ customer_id: client, income: '3200.00' });
		expect(newcomer.clicks).toBeLessThanOrEqual(8);
	});

	it('needs at most 7 clicks to add a customer to a group', async () => {
		const lead = addLead({ name: 'Группова Ева' });
		const group = findActiveGroup();

		await newcomer.startWithAction('Add customer to group');
		await newcomer.chooseFromAccount('branchId', BRANCH);
		await newcomer.pickRecord('id', 'Группова Ева');
		await newcomer.pickRecord('group_id', readName('group', group.id));
		await newcomer.runNode();

		expect(n8n.sandbox.store.where('cgi', 'customer_id', lead)).toMatchObject([{ group_id: group.id }]);
		expect(newcomer.clicks).toBeLessThanOrEqual(7);
	});

	it('needs at most 11 clicks to plan a trial lesson', async () => {
		const lead = addLead({ name: 'Пробнова Ия' });

		await newcomer.startWithAction('Create lesson');
		await newcomer.chooseFromAccount('branchId', BRANCH);
		await newcomer.pickRecord('customer_ids', 'Пробнова Ия');
		await newcomer.typeText('lesson_date', tomorrow);
		await newcomer.typeText('time_from', '17:00');
		await newcomer.chooseFromAccount('lesson_type_id', 'Пробный');
		await newcomer.chooseFromAccount('subject_id', readName('subject', SUBJECT));
		await newcomer.chooseFromAccount('teacher_ids', readName('teacher', TEACHER));
		const [lesson] = await newcomer.runNode();

		expect(readRecord('lesson', lesson.id)).toMatchObject({
			customer_ids: [lead],
			teacher_ids: [TEACHER],
			date: tomorrow,
			time_from: `${tomorrow} 17:00:00`,
			time_to: `${tomorrow} 18:00:00`,
			status: LESSON_STATUS.planned,
		});
		expect(newcomer.clicks).toBeLessThanOrEqual(11);
	});

	it('needs at most 8 clicks to mark who was at a lesson', async () => {
		const client = addClient({ name: 'Приходько Том' });
		const lesson = addUnmarkedLesson(client);

		await newcomer.startWithAction('Complete lesson with attendance');
		await newcomer.chooseFromAccount('branchId', BRANCH);
		await newcomer.pickRecord('id', yesterday);
		await newcomer.tickOption('present_ids', 'Приходько Том');
		await newcomer.runNode();

		expect(readRecord('lesson', lesson)).toMatchObject({ status: LESSON_STATUS.held });
		expect(n8n.sandbox.store.where('lesson-details', 'lesson_id', lesson)).toMatchObject([
			{ customer_id: client, is_attend: ATTENDANCE.attended },
		]);
		expect(newcomer.clicks).toBeLessThanOrEqual(8);
	});

	it('needs at most 6 clicks to see how things stand with a customer', async () => {
		const client = addClient({ name: 'Остаткова Роза', balance: '-500.00' });

		await newcomer.startWithAction('Get customer overview with balance and lessons left and next lessons');
		await newcomer.chooseFromAccount('branchId', BRANCH);
		await newcomer.pickRecord('id', 'Остаткова Роза');
		const [overview] = await newcomer.runNode();

		expect(overview).toMatchObject({ id: String(client), name: 'Остаткова Роза' });
		expect(Number(overview.balance)).toBe(-500);
		expect(newcomer.clicks).toBeLessThanOrEqual(6);
	});

	it('needs at most 6 clicks to see when a teacher is free', async () => {
		await newcomer.startWithAction('Get free slots of teachers');
		await newcomer.chooseFromAccount('branchId', BRANCH);
		await newcomer.pickRecord('id', readName('teacher', TEACHER));
		const slots = await newcomer.runNode();

		expect(slots).not.toEqual([]);
		expect(newcomer.clicks).toBeLessThanOrEqual(6);
	});
});
