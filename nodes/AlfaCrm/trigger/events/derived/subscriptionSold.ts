import { formatDay, readId } from '../../../values/formats';
import type { DerivedEvent } from '../../derivedEvents';
import { certainBranch } from './branch';

/** API notes 5.5. */
export const sold: DerivedEvent = {
	className: 'CustomerToTariff',
	wants: ({ entity, event }) => entity === 'CustomerToTariff' && event === 'create',
	derive: async (change, branches, lookup) => {
		const fields = await lookup.fieldsOf(change, branches[0], ['customer_id', 'tariff_id']);
		return [
			{
				customer_id: readId(fields.customer_id) ?? null,
				subscription_id: change.entity_id,
				tariff_id: readId(fields.tariff_id) ?? null,
				subject_ids: fields.subject_ids ?? [],
				lesson_type_ids: fields.lesson_type_ids ?? [],
				b_date: formatDay(fields.b_date, 'iso', 'utc') ?? null,
				e_date: formatDay(fields.e_date, 'iso', 'utc') ?? null,
				balance: fields.balance ?? null,
				note: fields.note ?? null,
				branch_id: certainBranch(fields, branches),
				user_id: change.user_id,
				datetime: change.datetime,
			},
		];
	},
};
