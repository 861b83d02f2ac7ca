import type { IDataObject } from 'n8n-workflow';

import { eventSources } from '../../entities/events';
import { entities } from '../../entities/registry';
import type { Entity } from '../../entities/types';
import type { Check, Verdict } from './check';
import type { Answer, Ask, Probe } from './probe';
import { whyDenied } from './reach';

/** Lists of what belongs to one record need that record in the query. API notes 2. */
const OWNERS: Readonly<Record<string, (probe: Probe) => Promise<IDataObject | undefined>>> = {
	cgi: async (probe) => named('group_id', await probe.page('group')),
	'customer-tariff': async (probe) => named('customer_id', await probe.page('customer')),
	communication: async (probe) => {
		const owner = named('related_id', await probe.page('customer'));
		return owner && { class: 'Customer', ...owner };
	},
};

const named = (name: string, [row]: IDataObject[]): IDataObject | undefined =>
	row === undefined ? undefined : { [name]: row.id };

async function askOf(probe: Probe, path: string): Promise<Ask | undefined> {
	const owner = OWNERS[path];
	if (owner === undefined) return probe.whole(path);
	const query = await owner(probe);
	return query && { ...probe.whole(path), query };
}

function outcome({ rows, failure }: Answer): string {
	if (rows !== undefined) return 'allowed';
	if (failure?.status === 403) return 'denied';
	if (failure?.status === 404) return 'not there';
	return failure?.status === undefined ? 'no list came' : `failed with HTTP ${failure.status}`;
}

const MEANINGS: Readonly<Record<string, (plural: string) => string>> = {
	allowed: (plural) => `Operations and dropdowns of ${plural} work.`,
	'not there': (plural) => `This AlfaCRM does not have ${plural}.`,
};

const byRole = ({ resource, plural, operations }: Entity): string => {
	const events = eventSources.has(resource)
		? ', and so do events of the AlfaCRM Trigger that come from them'
		: '';
	const dropdowns = operations.includes('get') ? '; their dropdowns stay empty' : '';
	return `The role of this user may not list ${plural.toLowerCase()}: their operations end with an error${events}${dropdowns}.`;
};

const VERDICTS: Readonly<Record<string, Verdict>> = { allowed: 'as expected', denied: 'denied' };

/** Whether the user may read a list, which is also what fills the dropdowns of it. */
const readCheck = (entity: Entity): Check => ({
	check: 'list',
	subject: `${entity.path}/index`,
	expected: 'allowed',
	needs: 'a record that the list belongs to',
	find: async (probe) => {
		const ask = await askOf(probe, entity.path);
		return ask && outcome(await probe.ask(ask));
	},
	meaning: async (found, probe) => {
		const name = entity.plural.toLowerCase();
		if (found !== 'denied')
			return MEANINGS[found]?.(name) ?? `AlfaCRM could not list ${name} just now; check again later.`;
		return entity.scope === 'global' ? byRole(entity) : await whyDenied(probe, byRole(entity));
	},
	verdict: (found) => VERDICTS[found] ?? 'differs',
	rows: async (probe) => {
		const ask = await askOf(probe, entity.path);
		const { rows, total } = ask ? await probe.ask(ask) : {};
		return total ?? rows?.length;
	},
});

export const listChecks: readonly Check[] = entities.map(readCheck);
