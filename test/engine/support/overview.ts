import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { OPEN_END, officeOf, pick } from './office';
import type { School } from './school';

/** The school's noon on the day around which its lessons are. */
export const NOON = '2026-02-10T09:00:00Z';
export const TODAY = '2026-02-10';

export const form = (
	id: unknown,
	options: INodeParameters = {},
	more: INodeParameters = {},
): INodeParameters => ({
	...{ resource: 'customer', operation: 'getOverview', branchId: 1, matchBy: 'id', id: pick(id) },
	...{ leaveOut: [], options, ...more },
});
export const by = (
	matchBy: string,
	key: INodeParameters,
	options: INodeParameters = {},
): INodeParameters => ({
	...{ resource: 'customer', operation: 'getOverview', branchId: 1, matchBy, ...key },
	...{ leaveOut: [], options },
});
export type Row = IDataObject;
const list = (value: unknown) => (value ?? []) as number[];
const isoOf = (day: unknown) => {
	if (day === null || day === undefined) return null;
	const text = String(day);
	return text[2] === '.' ? `${text.slice(6, 10)}-${text.slice(3, 5)}-${text.slice(0, 2)}` : text.slice(0, 10);
};
const clockOf = (moment: unknown) => String(moment).slice(11, 16);
/** In an order that does not matter. */
export const inOrder = (overview: Row): Row =>
	Object.fromEntries(
		Object.entries(overview).map(([name, value]) => [
			name,
			['groups', 'subscriptions', 'tasks'].includes(name) && Array.isArray(value)
				? [...(value as Row[])].sort((one, other) => Number(one.id) - Number(other.id))
				: value,
		]),
	);

export const ALL: INodeParameters = { allNames: true, allTasks: true };

/** What the school's own rows say of a customer, worked out for these tests alone. */
export function overviewsOf(school: School) {
	const { row, rows } = officeOf(school);
	const nameOf = (path: string, id: unknown) => (id ? (row(path, id)?.name ?? null) : null);
	const inBranch1 = ({ branch_ids }: Row) => list(branch_ids).includes(1);
	const customers = () => rows('customer').filter(inBranch1);

	function expected(customer: Row, last = 5): Row {
		const { id } = customer;
		const homes = list(customer.branch_ids);
		const isClient = customer.is_study === 1;
		const stage = isClient ? customer.study_status_id : customer.lead_status_id;
		const lessons = rows('lesson').filter(
			(one) => homes.includes(Number(one.branch_id)) && list(one.customer_ids).includes(Number(id)),
		);
		const about = (one: Row) => ({
			lesson_id: one.id,
			branch_id: one.branch_id,
			date: one.date,
			start: clockOf(one.time_from),
			end: clockOf(one.time_to),
			type: nameOf('lesson-type', one.lesson_type_id),
			topic: one.topic ?? null,
		});
		const byTime = (one: Row, other: Row) => String(one.time_from).localeCompare(String(other.time_from));
		const ahead = lessons
			.filter((one) => one.status === 1 && String(one.time_from) > `${TODAY} 12:00:00`)
			.filter((one) => String(one.date) <= '2026-03-12')
			.sort(byTime);
		const held = lessons.filter((one) => one.status === 3).sort((one, other) => byTime(other, one));
		const next = (group?: number) => {
			const [first] = ahead.filter((one) => group === undefined || list(one.group_ids).includes(group));
			if (first === undefined) return null;
			return {
				...about(first),
				...(group === undefined ? { group_id: list(first.group_ids)[0] ?? null } : {}),
			};
		};
		const groups = [
			...new Set(
				rows('cgi')
					.filter(({ customer_id }) => customer_id === id)
					.filter(({ b_date }) => (isoOf(b_date) ?? '') <= TODAY)
					.filter(({ e_date }) => (isoOf(e_date) ?? '9999') >= TODAY)
					.map(({ group_id }) => Number(group_id)),
			),
		];
		const bySort = (one: Row, other: Row) =>
			String(one.date) === String(other.date)
				? Number(other.id) - Number(one.id)
				: String(other.date).localeCompare(String(one.date));
		return {
			...{
				id,
				name: customer.name,
				type: isClient ? 'client' : 'lead',
				archived: customer.e_date !== OPEN_END,
			},
			phone: (customer.phone as string[]).join(', '),
			email: (customer.email as string[]).join(', '),
			payer_name: customer.legal_name,
			branch_ids: list(customer.branch_ids).join(', '),
			manager_id: customer.assigned_id ?? null,
			manager_name: nameOf('user', customer.assigned_id),
			stage_id: stage ?? null,
			stage_name: nameOf(isClient ? 'study-status' : 'lead-status', stage),
			branch_names: list(customer.branch_ids)
				.map((one) => nameOf('branch', one))
				.join(', '),
			url: `${school.sandbox.url}/company/1/${isClient ? 'customer' : 'lead'}/view?id=${String(id)}`,
			...{
				balance: customer.balance,
				bonus: customer.balance_bonus,
				lessons_left: customer.paid_lesson_count,
			},
			...{ paid_until: isoOf(customer.paid_till), last_attended: isoOf(customer.last_attend_date) },
			next_lesson: next(),
			groups: groups.map((group) => ({ id: group, name: nameOf('group', group), next_lesson: next(group) })),
			subscriptions: rows('customer-tariff')
				.filter(({ customer_id }) => customer_id === id)
				.filter(({ e_date }) => (isoOf(e_date) ?? '9999') >= TODAY)
				.map((one) => ({
					...{ id: one.id, plan_id: one.tariff_id, plan_name: nameOf('tariff', one.tariff_id) },
					...{
						from: isoOf(one.b_date),
						until: isoOf(one.e_date),
						balance: one.balance,
						note: one.note ?? null,
					},
					lessons_left: one.paid_lesson_count,
				})),
			attendance: held.slice(0, last).map((one) => {
				const detail = rows('lesson-details').find(
					({ lesson_id, customer_id }) => lesson_id === one.id && customer_id === id,
				);
				return {
					...about(one),
					attended: detail ? detail.is_attend === 1 : null,
					...{ grade: detail?.grade ?? null, homework_grade: detail?.homework_grade_id ?? null },
					...{ bonus: detail?.bonus ?? null, note: detail?.note ?? null },
				};
			}),
			payments: rows('pay')
				.filter(({ customer_id, branch_id }) => customer_id === id && homes.includes(Number(branch_id)))
				.map((one) => ({
					...{ id: one.id, date: isoOf(one.document_date), income: one.income },
					...{ expenditure: one.expenditure, type_id: one.pay_type_id, note: one.note ?? null },
					...{ incoming: one.pay_type_id === 1, confirmed: one.is_confirmed === 1 },
				}))
				.sort(bySort)
				.slice(0, last),
			tasks: rows('task')
				.filter(({ branch_ids }) => list(branch_ids).some((branch) => homes.includes(branch)))
				.filter((one) => list(one.customer_ids).includes(Number(id)))
				.filter(({ is_done, is_archive }) => is_done === 0 && is_archive === 0)
				.map((one) => ({
					...{ id: one.id, title: one.title, text: one.text, due_date: isoOf(one.due_date) },
					assigned_ids: list(one.assigned_ids).join(', '),
				})),
			overviewErrors: [],
		};
	}

	/** A client in a group, with lessons behind and ahead. */
	const busy = (): Row => {
		const [found] = customers().filter(
			({ id, is_study, e_date, assigned_id }) =>
				is_study === 1 &&
				e_date === OPEN_END &&
				Boolean(assigned_id) &&
				((expected({ ...row('customer', id) }).groups as Row[])[0]?.next_lesson ?? null) !== null,
		);
		return found;
	};

	return { expected, busy, customers };
}
