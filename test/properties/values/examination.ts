import type { Workflow } from 'n8n-workflow';

import type { HostileValue } from './hostileValues';
import { HOSTILE_VALUES } from './hostileValues';
import { findMistake, findMistakeInMessage, mustBeRefused } from './oracle';
import type { Outcome, Runner } from './runner';
import type { FilledForm, Situation } from './situation';
import type { ValuePlace } from './valuePlace';

/** Runs the form with good values only. The other attempts would prove nothing if that failed. */
export async function runBaseline(
	runner: Runner,
	{ title, variant }: Situation,
	{ parameters }: FilledForm,
): Promise<Outcome> {
	const outcome = await runner.runItem(runner.makeWorkflow(parameters), {});
	// No record can be created under an ID, so this variant fails as it must.
	const mayFail = variant.endsWith('id new');
	if (outcome.error !== undefined && !mayFail) {
		throw new Error(`${title} fails with good values: ${outcome.error} ${JSON.stringify(parameters)}`);
	}
	return outcome;
}

/** Puts values into one place of a form, and collects what the oracle finds wrong with the node. */
export class PlaceExamination {
	/** The mistakes of the node, one line for each value. */
	readonly findings: string[] = [];
	private readonly workflow: Workflow;

	constructor(
		private readonly runner: Runner,
		private readonly place: ValuePlace,
		private readonly baseline: Outcome,
	) {
		this.workflow = runner.makeWorkflow(place.parameters);
	}

	/** Tries values at the place. The values that must be refused run in one execution, which is quicker. */
	async examine(values: readonly HostileValue[]): Promise<void> {
		const mustRefuse = ({ value }: HostileValue) => mustBeRefused(this.place, value);
		const valuesToRefuse = values.filter(mustRefuse);
		const valuesToTake = values.filter((value) => !mustRefuse(value));

		await this.examineTogether(valuesToRefuse);
		for (const value of valuesToTake) {
			await this.examineAlone(value);
		}
	}

	/**
	 * Runs values that must be refused in one execution. If the node takes some of them, halving finds which
	 * ones.
	 */
	private async examineTogether(values: readonly HostileValue[]): Promise<void> {
		if (values.length === 0) return;
		if (values.length === 1) return await this.examineAlone(values[0]);

		const items = values.map((value) => this.makeItem(value));
		const messages = await this.runner.runRefusedItems(this.workflow, items);
		if (messages) {
			values.forEach((value, index) =>
				this.addFinding(value, findMistakeInMessage(this.place, messages[index])),
			);
			return;
		}
		const half = Math.ceil(values.length / 2);
		await this.examineTogether(values.slice(0, half));
		await this.examineTogether(values.slice(half));
	}

	/** Runs one value in an execution of its own, and lets the oracle find a mistake in the outcome. */
	private async examineAlone(hostileValue: HostileValue): Promise<void> {
		const outcome = await this.runner.runItem(this.workflow, this.makeItem(hostileValue));
		const finding = findMistake({
			place: this.place,
			givenValue: hostileValue.value,
			outcome,
			baseline: this.baseline,
			findRecord: (path, id) => this.runner.findRecord(path, id),
		});
		this.addFinding(hostileValue, finding);
	}

	private makeItem(value: HostileValue) {
		return this.place.makeItem(value, HOSTILE_VALUES.indexOf(value));
	}

	/** Adds what is wrong with the outcome of a value, if anything is. */
	private addFinding({ code }: HostileValue, finding: string | undefined): void {
		if (finding !== undefined) {
			this.findings.push(`${this.place.situation.title} / ${this.place.where} = ${code}: ${finding}`);
		}
	}
}
