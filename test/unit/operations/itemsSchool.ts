import type { IDataObject } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import { makeAnswerError } from '../../support/nodeErrors';
import { customerForm, SmallSchool, upsertByPhoneForm } from './school';

export const EMAIL = 'mia@school.example';

/** Makes empty input items. */
export function makeItems(count: number): IDataObject[] {
	return Array.from({ length: count }, () => ({}));
}

/** Fills the form of Create or Update by email. */
export function upsertByEmailForm(fieldsToSet: IDataObject, options: IDataObject = {}): IDataObject {
	return { ...upsertByPhoneForm(fieldsToSet, options), matchBy: 'email', email: EMAIL };
}

/** A school for executions of several items, and for executions that meet at one customer. */
export class ItemsSchool extends SmallSchool {
	private callsUnderWay = 0;
	private mostCallsUnderWay = 0;
	private readonly startsOfCalls: number[] = [];

	/** Refuses the creates that the given items send. Every item must send one create. */
	refuseCreatesOfItems(refusedItems: number[]): void {
		let item = -1;
		this.onCall = (call) => {
			if (!call.endsWith('/create')) return undefined;
			item += 1;
			if (refusedItems.includes(item)) throw makeAnswerError(422, { errors: { name: ['Нет'] } });
			return undefined;
		};
	}

	/**
	 * Holds the answers back until all items have begun. Every item must send one call. The first item is answered at once,
	 * because it runs alone.
	 */
	answerOnceAllHaveBegun(itemCount: number): void {
		const answer = this.onCall;
		let releaseAnswers = () => {};
		const allHaveBegun = new Promise<void>((resolve) => {
			releaseAnswers = resolve;
		});
		this.onCall = async (call, request) => {
			const begunItems = this.calls.length;
			if (begunItems === itemCount) releaseAnswers();
			if (begunItems > 1) await allHaveBegun;
			return answer(call, request);
		};
	}

	/** Takes some time for each answer, and notes how many calls are under way meanwhile. */
	answerAfter(ms: number): void {
		this.onCall = async () => {
			this.startsOfCalls.push(Date.now());
			this.callsUnderWay += 1;
			this.mostCallsUnderWay = Math.max(this.mostCallsUnderWay, this.callsUnderWay);
			await sleep(ms);
			this.callsUnderWay -= 1;
			return undefined;
		};
	}

	/** Reads how many calls were under way at the same time at most, since `answerAfter`. */
	readMostCallsAtOnce(): number {
		return this.mostCallsUnderWay;
	}

	/** Reads how many calls began within one second at most, since `answerAfter`. */
	readMostCallsInASecond(): number {
		const counts = this.startsOfCalls.map(
			(from) => this.startsOfCalls.filter((start) => start >= from && start < from + 1_000).length,
		);
		return Math.max(...counts);
	}

	/** Reads how often customers of branch 1 were searched for by phone. */
	countSearchesByPhone(): number {
		const searches = this.readRequests('1/customer/index').filter(({ body }) => 'phone' in body);
		return searches.length;
	}

	/**
	 * Runs a form, and another one in another execution as soon as the first one searches for customers. So the other execution
	 * changes a customer between the search and the change.
	 */
	async runWhileOtherExecutionRuns(form: IDataObject, otherForm: IDataObject) {
		const answer = this.onCall;
		let otherRun: ReturnType<SmallSchool['run']> | undefined;
		this.onCall = (call, request) => {
			if (call === 'customer/index') otherRun ??= this.run(otherForm);
			return answer(call, request);
		};

		const outcome = await this.runToEnd(form);
		await otherRun;
		expect(otherRun).toBeDefined();
		return outcome;
	}

	/**
	 * Runs two items of one execution that overlap: the second one searches for customers by phone before the first one has
	 * saved anything.
	 */
	async runOverlappingItems(firstForm: IDataObject, secondForm: IDataObject) {
		let releaseUpdates = () => {};
		const secondItemHasSearched = new Promise<undefined>((resolve) => {
			releaseUpdates = () => resolve(undefined);
		});
		this.onCall = (call, { body, url }) => {
			// The node searches branch 2 once it knows the customers of branch 1.
			const isLastSearch = call === 'customer/index' && 'phone' in body && url.includes('/v2api/2/');
			if (isLastSearch) releaseUpdates();
			return call === 'customer/update' ? secondItemHasSearched : undefined;
		};

		// The first item of an execution runs alone. This one finds nobody and has no output.
		const findNobody = customerForm('find', {
			matchBy: 'email',
			email: 'nobody@school.example',
			options: { ifNone: 'nothing' },
		});
		return await this.runToEnd(
			{},
			{ parametersByItem: [findNobody, firstForm, secondForm], credential: { callsAtOnce: 5 } },
		);
	}
}
