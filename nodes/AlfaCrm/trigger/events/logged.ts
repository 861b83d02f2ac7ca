import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { readId } from '../../api/formats';
import { classLabels } from '../../entities/classes';
import type { EventOf } from '../../entities/events';
import type { Change } from '../change';
import { changeOf, isLogged } from '../change';
import {
	changedFields,
	changeEntities,
	changeEvents,
	passes,
	readClasses,
	readEvents,
} from '../changeFilters';
import { LogWatch } from '../watch/logWatch';
import type { EventKind } from './kind';
import { severalOf } from './severalOf';

const stages = severalOf(
	'To Lead Status',
	'stages',
	'leadStatus',
	'Stages to wait for. Left empty, each move counts',
);

const fetchRecord: INodeProperties = {
	displayName: 'Fetch Full Record',
	name: 'fetchRecord',
	type: 'boolean',
	default: true,
	description:
		'Whether to read the record as it is now and put it out as record, because the change only holds old and new values. Takes one more request for each record.',
};

type Logged = EventOf<'logged'>;

const isAsked = ({ filters = [] }: Logged, name: NonNullable<Logged['filters']>[number]) =>
	filters.includes(name);

export const logged: EventKind<'logged'> = {
	form: (event) => ({
		filters: [
			...(isAsked(event, 'stages') ? [stages] : []),
			...(isAsked(event, 'entities') ? [changeEntities] : []),
			...(isAsked(event, 'events') ? [changeEvents] : []),
		],
		changedFields: isAsked(event, 'changedFields') ? [changedFields] : [],
		output: [fetchRecord],
	}),
	watching(parameters, event) {
		const filters = {
			classes: isAsked(event, 'entities') ? readClasses(parameters) : [event.className ?? ''].filter(Boolean),
			events: isAsked(event, 'events') ? readEvents(parameters) : [],
			fields: isAsked(event, 'changedFields') ? parameters.words(changedFields) : [],
			stages: isAsked(event, 'stages') ? parameters.ids(stages) : [],
		};
		const [only, ...others] = filters.classes;
		// AlfaCRM may tell upper from lower case in the name of a class that is not known here.
		const isKnown = others.length === 0 && Object.hasOwn(classLabels, only ?? '');
		const isStage = ({ fields_new }: Change) =>
			filters.stages.length === 0 || filters.stages.includes(readId(fields_new.lead_status_id) ?? 0);
		const wants = (change: Change) => passes(filters, change) && isLogged(event, change) && isStage(change);
		return { watch: new LogWatch(wants, isKnown ? { entity: only } : {}), filters };
	},
	/** As many as there is time to read records for, but at least one. */
	async items(parameters, _event, news, records, deadline) {
		const isRead = parameters.flag(fetchRecord);
		const items: IDataObject[] = [];
		for (const { row, branches } of news) {
			if (isRead && items.length > 0 && Date.now() >= deadline) break;
			const change = changeOf(row, branches[0]) as Change;
			const record = isRead ? await records.recordOf(change, branches) : {};
			items.push({ ...change, ...record });
		}
		return items;
	},
};
