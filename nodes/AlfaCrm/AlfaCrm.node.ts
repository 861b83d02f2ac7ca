import type { IExecuteFunctions, INodeExecutionData, INodeType, INodeTypeDescription } from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import { errorJson } from './api/errors';
import { CREDENTIAL } from './api/client';
import { resourceMapping } from './methods/columns';
import { listSearch } from './methods/listSearch';
import { loadOptions } from './methods/loadOptions';
import { perform } from './operations';
import { Run } from './operations/context';
import { Item } from './operations/item';
import { allProperties } from './properties';

export class AlfaCrm implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'AlfaCRM',
		name: 'alfaCrm',
		icon: { light: 'file:../../icons/alfacrm.svg', dark: 'file:../../icons/alfacrm.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
		description:
			'Find, create and update leads, pupils and the other records of a school in AlfaCRM, and do its everyday jobs: stages, groups, lessons, subscriptions, payments, tasks',
		defaults: { name: 'AlfaCRM' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		usableAsTool: true,
		credentials: [{ name: CREDENTIAL, required: true }],
		properties: allProperties(),
	};

	methods = { listSearch, loadOptions, resourceMapping };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const run = new Run(this);
		const output: INodeExecutionData[] = [];
		try {
			const items = this.getInputData().map((_, index) => new Item(run, index));
			for (const item of items) {
				const pairedItem = { item: item.index };
				try {
					await run.readCredential();
					for (const json of await perform(item)) output.push({ json, pairedItem });
				} catch (caught) {
					const error = item.asError(caught);
					if (!this.continueOnFail() || run.isCancelled) throw item.asError(error);
					output.push({ json: errorJson(error), pairedItem });
				}
			}
		} finally {
			run.hints.show(this);
		}
		return [output];
	}
}
