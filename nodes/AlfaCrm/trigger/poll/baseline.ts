import type { IDataObject, IPollFunctions } from 'n8n-workflow';
import { deepCopy } from 'n8n-workflow';

import { readState } from './state';

/**
 * What a trigger took down when it began, until its own state has it. Where n8n keeps the state of polls in a table of
 * its own ("durable cursors"), it drops the state of the poll that activates a trigger unless that hands something over.
 * What belongs to the whole workflow is saved then, so the state goes there too. It is saved again whenever items are
 * handed over, so a baseline that is still there is never older than the last report.
 */
export class Baseline {
	private readonly shared: IDataObject;
	private readonly key: string;
	private readonly isNeeded: boolean;

	/** Puts the baseline in the place of a state that is missing or belongs to other settings. */
	constructor(
		context: IPollFunctions,
		private readonly data: IDataObject,
		settings: string,
	) {
		this.shared = context.getWorkflowStaticData('global');
		this.key = `AlfaCRM Trigger ${context.getNode().id}`;
		const kept = this.shared[this.key] as IDataObject | undefined;
		const isOf = (holder: IDataObject) => readState(holder)?.settings === settings;
		this.isNeeded = !isOf(data);
		if (this.isNeeded && kept && isOf(kept)) data.state = deepCopy(kept.state);
	}

	/** To be called when the state is stored. */
	settle(): void {
		if (this.isNeeded) this.shared[this.key] = { state: deepCopy(this.data.state) };
		else if (this.key in this.shared) delete this.shared[this.key];
	}
}
