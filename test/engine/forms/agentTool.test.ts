import type { SupplyDataContext } from 'n8n-core';

import { callTool, fromAi, toolContext } from '../support/agentTool';
import { byPhone, officeOf } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 0 });
const { customer, lead, rows, set } = officeOf(school);

const PHONE = '+7(900)111-22-33';
/** The context of n8n 1.97: an agent is shown no hints there. */
const withoutHints = (context: SupplyDataContext): SupplyDataContext =>
	new Proxy(context, {
		has: (target, name) => name !== 'addExecutionHints' && name in target,
		get: (target, name) => {
			if (name === 'addExecutionHints') return undefined;
			const value: unknown = Reflect.get(target, name, target);
			return typeof value === 'function' ? value.bind(target) : value;
		},
	});

const parameters = byPhone(fromAi('phone'), { name: fromAi('name'), note: fromAi('note') });

it.each(['null', 'undefined', '', '[]', '{}', 'n/a'])(
	'a phone that is %j finds and makes nobody',
	async (phone) => {
		lead({ phone: [PHONE] });
		await expect(callTool(toolContext(school, parameters, { phone, name: 'Вера' }))).rejects.toThrow(
			/'Phone'/,
		);
		expect(rows('customer')).toHaveLength(1);
	},
);

it.each(['now', 'in n8n 1.97'])(
	'what was saved comes back, also where there is a hint, %s',
	async (version) => {
		set({ forbiddenCalls: ['branch/index'] });
		const id = lead({ phone: [PHONE] });
		const context = toolContext(school, parameters, {
			phone: `["${PHONE}"]`,
			name: 'Вера',
			note: 'Перезвонить',
		});
		const items = await callTool(version === 'now' ? context : withoutHints(context));
		expect(items.map(({ json }) => json)).toEqual([
			expect.objectContaining({ id, operationResult: 'updated' }),
		]);
		expect(customer(id).note).toBe('Перезвонить');
	},
);

describe('a lesson that an agent books', () => {
	const lesson = {
		...{ resource: 'lesson', operation: 'create', branchId: 1, lesson_type_id: 3, subject_id: 1 },
		...{ lesson_date: fromAi('day'), time_from: fromAi('time') },
		customer_ids: { __rl: true, mode: 'id', value: fromAi('customer') },
	};
	const args = { day: '2031-03-10', time: '17:00' };

	it('for a customer whom it leaves out, or has not found, is refused', async () => {
		for (const customer of [{}, { customer: '' }, { customer: 'null' }, { customer: '[]' }])
			await expect(callTool(toolContext(school, lesson, { ...args, ...customer }))).rejects.toThrow(
				/'Customer'/,
			);
		expect(rows('lesson').filter(({ date }) => date === args.day)).toEqual([]);
	});

	it('is booked once', async () => {
		const customer = String(lead());
		const book = async () => await callTool(toolContext(school, lesson, { ...args, customer }));
		const [[first], [second]] = [await book(), await book()];
		expect(second.json.id).toBe(first.json.id);
	});
});
