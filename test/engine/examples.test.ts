import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { Workflow } from 'n8n-workflow';

import { withPackage } from '../../scripts/lib/examples';
import { TestNodeTypes } from './support/engine';
import { recordWithId } from './support/forms';
import { frontDeskOf } from './support/frontDesk';
import { stopClock } from './support/stoppedClock';
import { useSchool } from './support/school';

const school = useSchool({ customers: 30 });
const { addLead, readRecords, run, changeSettings, runToEnd } = frontDeskOf(school);

/** The parameters of an example's node, as somebody imports them. */
const parametersOf = (example: string, name: string) =>
	withPackage(example).nodes.find((node) => node.name === name)?.parameters as INodeParameters;

/** What an expression of an example comes to for an item. */
function valueFor(expression: unknown, json: IDataObject): unknown {
	const node = { id: '1', name: 'N', type: 'test.items', typeVersion: 1, position: [0, 0], parameters: {} };
	const workflow = new Workflow({
		nodes: [node as never],
		connections: {},
		active: false,
		nodeTypes: new TestNodeTypes(),
	});
	const item = { json };
	return workflow.expression.getParameterValue(expression as string, null, 0, 0, 'N', [item], 'manual', {});
}

describe('bank-statement', () => {
	const taking = parametersOf('bank-statement', 'Take Payment');
	const row = (more: IDataObject = {}) => ({
		...{ Дата: '01.09.2026', Номер: '12', Поступление: '3 872,70', Назначение: 'Договор № 45', ...more },
	});
	const client = (custom_dogovor: string) => addLead({ is_study: 1, name: custom_dogovor, custom_dogovor });
	const without = (column: string) =>
		Object.fromEntries(Object.entries(row()).filter(([name]) => name !== column));
	/** All that an example may take for a number. */
	const NUMBERS = [
		...['3', '4', '5', '10', '12', '17', '26', '45', '46', '117', '1045', '2026', '01', '09', '31'],
		...['Д-17', 'А-17', 'Б-17', '117/26', '05', 'N', 'o', 'А', 'А45', 'б/н', 'БН', 'нет', 'оферта'],
	];

	/** Who is charged for a purpose, of a school that has a contract for whatever could be read. */
	const charged = async (purpose: string) => {
		const contracts = new Map(NUMBERS.map((one) => [client(one), one]));
		const before = readRecords('pay').length;
		const items = [row({ Назначение: purpose })];
		const { errorItems } = await runToEnd(taking, { items, onError: 'continueErrorOutput' });
		const payers = readRecords('pay')
			.slice(before)
			.map(({ customer_id: id }) => contracts.get(Number(id)));
		expect(errorItems).toHaveLength(1 - payers.length);
		return payers;
	};

	it.each([
		['Оплата по договору № 45 от 01.09.2026', '45'],
		['Оплата, договор №1045', '1045'],
		['Оплата по договору№1045', '1045'],
		['Оплата договор№1045 за март', '1045'],
		['Оплата обучения. Договор:1045', '1045'],
		['Договор: № 1045', '1045'],
		['договор45', '45'],
		['Договор#45', '45'],
		['договор-45', '45'],
		['Договор - 45', '45'],
		['договор  №  45', '45'],
		['Оплата по договору№45 за март', '45'],
		['Договор№45, Иванов', '45'],
		['За март (договор №45)', '45'],
		['за март (договор№45).', '45'],
		['по договору N 12', '12'],
		['по договору N12', '12'],
		['договор No 12', '12'],
		['договор No.12', '12'],
		['договор Nо 12', '12'],
		['договор № 12.', '12'],
		['В соответствии с договором № 12 за март', '12'],
		['ОПЛАТА ПО ДОГОВОРУ № Д-17; НДС НЕТ', 'Д-17'],
		['дополнительно к договору Д-17', 'Д-17'],
		['договорА-17', 'А-17'],
		['договор 117/26 за март', '117/26'],
		['договор 45 за 2026 год', '45'],
		['договор № 45 без НДС', '45'],
		['договор № 45, доп. соглашение № 3', '45'],
		['договор 45 за ноябрь и декабрь', '45'],
		['договор 45 Сидоров Иван', '45'],
		['ОПЛАТА ПО ДОГОВОРУ № 45 ИВАНОВА МАРИЯ', '45'],
		['ОПЛАТА ПО ДОГОВОРУ 45 ОТ 01.09.2026', '45'],
		['Орлова Мия 10 лет, договор № 45', '45'],
		['Оплата по договору № 45 от 1 сентября 2026 г.', '45'],
		['Оплата по договору № 45 от 01/09/2026', '45'],
		['договор 45 за 09.2026', '45'],
		['договор № 45 об оказании платных услуг', '45'],
		['договор № 45 в т.ч. НДС', '45'],
		['договор № 45 сентябрь', '45'],
		['Оплата по договору № 45 за сентябрь 2026 г. НДС не облагается', '45'],
		['договор №2026 за март', '2026'],
	])('"%s" is paid for contract %s', async (purpose, number) => {
		expect(await charged(purpose)).toEqual([number]);
	});

	it.each([
		// Dates, counts and sums.
		'договор 12.05',
		'договор 12.05.2026',
		'по договору от 12.05 № 45',
		'По договору от 12.05.2026 №45',
		'договор 12 мая 2026 № 45',
		'договор № 12 мая 2026',
		'договор 5 занятий',
		'договор 3 месяца',
		'по договору 5 уроков за март',
		'договор № 10 45 за март',
		'по договору 3 семестр, Орлова М.',
		'договор 5 посещений',
		'договор 12 декабря',
		'договор 4 взнос',
		'договор 12 янв',
		// Several.
		'договор № 45, договор № 46',
		'договор 45 и 46',
		'Оплата: договор № 45 (Петя), № 46 (Маша)',
		'Договор 45 Петя и 46 Маша',
		'Договор 45 Петя, 46 Маша',
		'Договор 45 Петя 46 Маша',
		'договор 45 или 46',
		'ДОГОВОР 45 ИВАНОВА МАРИЯ, 46 ИВАНОВ ПЕТР',
		'ДОГОВОР 45 (3000), 46 (2000)',
		'Договор 45 за сентябрь, 46 за сентябрь',
		'Договор 45 Иванова М.С. 46 Иванова М.С.',
		'Договор 45 Иванова М., дог. 46 Иванов П.',
		'Договор 45 Иванова 3000, Иванов 46 2000',
		'дог. 45 и договор 46',
		'Договор 2026 Петя, 2027 Маша',
		'договор №45(Петя),№46(Маша)',
		'Договор №45,Иванова;№46,Иванов',
		'45(3000), договор 45(3000),46(2000)',
		'ОПЛАТА ПО ДОГОВОРУ 3 РЕБЕНКА',
		'ПО ДОГОВОРУ 12 СЕНТЯБРЯ',
		// Digits behind the number that are no date may be another one.
		'договор 45 Сидоров Иван 16 лет',
		'договор № 45 от 01.09.2026, 4500 руб',
		'Договор №45, дог. №46',
		'договор 45 Петя + 46 Маша',
		'договоры № 45, 46',
		'по договорам №№ 45 и №46',
		'договор 45/46',
		'договор 45 от 46 Маша',
		'Договор 45 Петя, за 46.2026',
		'договор45,договор46',
		'Договор № 45 Петя, дог 2046',
		'по договору 45\r\nпо договору 46',
		'договор № 45 Иванов и № 2046 Петров',
		// A part of one.
		'Оплата по договору № 45 Б от 01.09.2026',
		'Оплата по договору №45 А, Иванова',
		'договор № 45 - А',
		'договор 45 / Б',
		'ДОГОВОР 45 Б',
		...[
			'договор 45 – Б',
			'договор № 45 — Б',
			'договор № 45 "Б"',
			'договор №45 «Б»',
			'договор № 45 (Б)',
			'оплата договора-17',
			'оплата договора45',
		],
		'договор № 45 АБ от 01.09.2026',
		'договор № 45 А. НДС не облагается',
		'договор № 45 И. Иванова',
		...['договор № 45 / 2026', 'договор № 45 /2026', 'договор № 45 - 2026'],
		// None.
		'Возврат по договору № 45',
		...['по договору б/н от 01.09.2026', 'договор БН', 'договор нет', 'договор-оферта', 'Договор № А 45'],
		'без договора',
		'без договора 5 занятий',
		'Без  договора № 5',
		'По договору об оказании услуг № 5',
		'договор',
		'оплата по договору',
		'договорАБ-17',
		'За занятия № 45',
		'',
	])('"%s" names no contract for sure, so nobody is charged', async (purpose) => {
		expect(await charged(purpose)).toEqual([]);
	});

	it('enters a row twice by no name of a column', async () => {
		client('45');
		const before = readRecords('pay').length;
		for (const items of [[without('Номер')], [without('Дата')], [row()], [row()]])
			await runToEnd(taking, { items, onError: 'continueErrorOutput' });
		expect(readRecords('pay').slice(before)).toMatchObject([{ note: '[ID 01.09.2026 12] Выписка' }]);
	});

	it('drops no row without a word: one whose columns are not found is told', async () => {
		const { conditions } = parametersOf('bank-statement', 'Incoming').conditions as {
			conditions: [{ leftValue: string }];
		};
		const isIncoming = (json: IDataObject) => valueFor(conditions[0].leftValue, json) !== '';
		expect(isIncoming(row())).toBe(true);
		expect(isIncoming(row({ Поступление: '' }))).toBe(false);
		// Without these a cell that is empty would look like a column that is not there.
		expect(parametersOf('bank-statement', 'Rows').options).toMatchObject({ includeEmptyCells: true });
		const unread = { 'Дата,Номер,Поступление,Назначение': '01.09.2026,12,"3 872,70",Договор № 45' };
		client('45');
		const before = readRecords('pay').length;
		for (const json of [unread, without('Поступление')]) {
			expect(isIncoming(json)).toBe(true);
			const { errorItems } = await runToEnd(taking, { items: [json], onError: 'continueErrorOutput' });
			expect(errorItems).toHaveLength(1);
		}
		expect(readRecords('pay')).toHaveLength(before);
	});
});

describe('form-to-lead, imported through the editor, so that it runs in New York', () => {
	/** n8n's default, since the import drops the time zone of the file. */
	const imported = { timezone: 'America/New_York' };
	const typed = { Имя: 'Орлова Мия', Телефон: '+7 900 555-12-01', Почта: '', Комментарий: 'Шахматы?' };
	const comment = 'Заявка с сайта\nИмя: Орлова Мия';
	beforeEach(() => changeSettings({ timeZone: 'Europe/Moscow', now: null }));

	async function deliverForm(): Promise<void> {
		const saving = parametersOf('form-to-lead', 'Save Lead');
		const [lead] = await run(saving, { ...imported, items: [typed] });
		const commenting = parametersOf('form-to-lead', 'Write Comment');
		await run({ ...commenting, comment }, { ...imported, items: [lead] });
	}

	it('leaves one lead with one comment when the form is delivered three times', async () => {
		const leadsBefore = readRecords('customer').length;
		const commentsBefore = readRecords('communication').length;

		await deliverForm();
		await deliverForm();
		await deliverForm();

		expect(readRecords('customer').slice(leadsBefore)).toMatchObject([{ name: 'Орлова Мия' }]);
		expect(readRecords('communication').slice(commentsBefore)).toMatchObject([{ comment }]);
	});
});

describe('trial-booking', () => {
	const saving = parametersOf('trial-booking', 'Save Lead');
	const DAY = '2031-03-10';
	const PHONE = '+7 900 555-11-01';
	const save = async (name: string, phone = PHONE) => (await run({ ...saving, phone, name }))[0];
	const book = async ({ id }: IDataObject) =>
		(
			await run({
				...parametersOf('trial-booking', 'Book Trial'),
				...{ customer_ids: recordWithId(id), lesson_type_id: recordWithId(3), subject_id: recordWithId(1) },
				...{ lesson_date: DAY, date_to: '2031-03-16', additionalFields: { teacher_ids: recordWithId(1) } },
			})
		)[0];
	beforeEach(() => stopClock('2031-03-09T06:00:00Z'));
	afterEach(() => jest.useRealTimers());

	it.each([0, 1])(
		'books the second child of one phone for itself, though the first has is_study %s',
		async (kind) => {
			const first = addLead({ is_study: kind, name: 'Аня', phone: [PHONE] });
			const own = await book(await save('Аня', '8 (900) 555-11-01'));
			expect(own).toMatchObject({ operationResult: 'created', customer_ids: first });
			const boris = await save('Боря');
			expect(boris).toMatchObject({ operationResult: 'created', name: 'Боря' });
			const other = await book(boris);
			expect(other).toMatchObject({ operationResult: 'created', customer_ids: boris.id });
			expect(other.time_from).not.toBe(own.time_from);
		},
	);

	it('takes the same child, however it is written, for the same', async () => {
		const mia = await save('Орлова Алёна');
		expect(await save(' орлова  АЛЕНА ', '9005551101')).toMatchObject({
			...{ id: mia.id, operationResult: 'unchanged', name: 'Орлова Алёна' },
		});
	});

	it('brings one back from the archive, who would get no reminder', async () => {
		const id = addLead({ name: 'Рита', phone: [PHONE], e_date: '2026-01-15', removed: 1 });
		expect(await save('Рита')).toMatchObject({ id, operationResult: 'updated' });
		const { time_from } = await book({ id });
		const coming = await run({
			...{ resource: 'lesson', operation: 'getParticipants', branchId: recordWithId(1) },
			...{ date_from: DAY, date_to: '2031-03-16' },
		});
		expect(coming).toContainEqual(expect.objectContaining({ customer_id: id, time_from }));
	});
});

describe('a refund of a part', () => {
	const PHONE = '+7 900 555-00-01';
	const refund = (externalId: string, customer_id: INodeParameters): INodeParameters => ({
		...{
			resource: 'pay',
			operation: 'createCorrection',
			branchId: recordWithId(1),
			customer_id,
			income: '800',
		},
		...{ pay_type_id: recordWithId(2), pay_account_id: recordWithId(1), document_date: '2026-11-30' },
		additionalFields: { externalId },
	});

	it('is entered by its own number for who has paid, as docs/examples.md says, and once', async () => {
		const id = addLead({ is_study: 1, phone: [PHONE] });
		const body = { object: { id: '2f1a-0001', amount: { value: '3872.70' }, metadata: { phone: PHONE } } };
		await run(parametersOf('payment-yookassa', 'Take Payment'), { items: [{ body }] });
		const before = readRecords('pay').length;
		for (const number of ['r-1', 'r-2', 'r-1', 'r-2']) {
			// Where the filter of the list is ignored, the one behind it leaves nobody else's.
			changeSettings({ ignoredFilters: number === 'r-2' ? ['pay.note'] : [] });
			const listed = await run({
				...{ resource: 'pay', operation: 'getAll', branchId: recordWithId(1), returnAll: true },
				filters: { note: '[ID 2f1a-0001]' },
			});
			const [{ customer_id: payer }, ...others] = listed.filter(({ note }) =>
				String(note).includes('[ID 2f1a-0001]'),
			);
			expect(others).toEqual([]);
			await run(refund(number, recordWithId(payer)));
		}
		expect(readRecords('pay').slice(before)).toMatchObject([
			{ customer_id: id, note: '[ID r-1]' },
			{ customer_id: id, note: '[ID r-2]' },
		]);
	});
});

it('payment-cloudpayments: a copy for refunds is to be without the condition on Status, which their notification has not', () => {
	const { conditions } = parametersOf('payment-cloudpayments', 'Signed and Paid').conditions as {
		conditions: Array<{ leftValue: string; rightValue: string }>;
	};
	const body = {
		TransactionId: '600',
		PaymentTransactionId: '504',
		Amount: '800.00',
		AccountId: '79005550001',
	};
	const json = { body, signature: 'a', headers: { 'content-hmac': 'a' } };
	const isMet = conditions.map(
		({ leftValue, rightValue }) => valueFor(leftValue, json) === valueFor(rightValue, json),
	);
	expect(isMet).toEqual([true, false]);
	expect(conditions[1].leftValue).toContain('Status');
});
