import type { Entity } from '../../model/entity';
import { equals, int, newestFirst, range, text } from './fields';

/** The changes of all other records. `engine/history.ts` writes them. */
export const log: Entity = {
	path: 'log',
	className: null,
	isLog: true,
	actions: ['index'],
	branchField: 'branch_ids',
	fields: {
		entity: text('Класс'),
		entity_id: int('Запись'),
		user_id: int('Пользователь'),
		event: int('Событие'),
		fields_old: { kind: 'raw', label: 'Было', initial: [] },
		fields_new: { kind: 'raw', label: 'Стало', initial: [] },
		fields_rel: { kind: 'raw', label: 'Связано', initial: [] },
		date_time: { kind: 'moment', label: 'Время' },
	},
	hidden: { id: 0, branch_ids: [] },
	filters: {
		entity: equals,
		entity_id: equals,
		user_id: equals,
		event: equals,
		...range('date', 'date_time', 'dotted'),
	},
	sortKey: newestFirst,
};
