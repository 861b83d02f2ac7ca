import { formatDay, readFlag, readId } from '../../../values/formats';
import type { Change } from '../../change';
import type { DerivedEvent } from '../../derivedEvents';

/** A flag, or a day that is not to come; the day of a customer who is not archived is far ahead. API notes 3 and 4. */
function isArchived({ datetime, fields_old, fields_new }: Change): boolean {
	const isFlagged = readFlag(fields_new.removed) === 1 && readFlag(fields_old.removed) !== 1;
	const today = (datetime ?? '').slice(0, 10);
	const isPast = (value: unknown) => {
		const day = formatDay(value, 'iso', 'utc');
		return day !== undefined && day <= today;
	};
	return isFlagged || (isPast(fields_new.e_date) && !isPast(fields_old.e_date));
}

export const archived: DerivedEvent = {
	className: 'Customer',
	wants: (change) => change.entity === 'Customer' && change.event === 'update' && isArchived(change),
	derive: async ({ entity_id, fields_new, user_id, datetime }, [branch]) =>
		await Promise.resolve([
			{
				customer_id: entity_id,
				e_date: formatDay(fields_new.e_date, 'iso', 'utc') ?? null,
				customer_reject_id: readId(fields_new.customer_reject_id) ?? null,
				lead_reject_id: readId(fields_new.lead_reject_id) ?? null,
				branch_id: branch,
				user_id,
				datetime,
			},
		]),
};
