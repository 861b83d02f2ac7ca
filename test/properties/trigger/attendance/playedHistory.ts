import type { IDataObject } from 'n8n-workflow';

import { CREDENTIAL } from '../../../../nodes/AlfaCrm/api/client';
import { nodeError } from '../../../../nodes/AlfaCrm/api/failures';
import type { ApiResponse } from '../../../../nodes/AlfaCrm/api/answer';
import type { ApiRequest } from '../../../../nodes/AlfaCrm/api/request';
import type { PollRequest, PollResult } from '../../../../nodes/AlfaCrm/trigger/eventSource';
import { makeAttendanceEvent } from '../../../../nodes/AlfaCrm/trigger/events/attendance';
import { DerivedEvents } from '../../../../nodes/AlfaCrm/trigger/sources/changeLog/derivedEvents';
import { NODE } from '../../../support/nodeErrors';
import { MemoryLists } from '../lists';
import type { History, SchoolChange, Step } from './histories';
import { ALL_ITEMS } from './histories';
import type { PollFacts } from './rule';
import { AttendanceRule } from './rule';
import type { Lesson } from './school';
import { LoggedSchool } from './school';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** The time after which a poll begins no further request. */
const POLL_TIME = 4 * SECOND;

/** Entries of one record, or fewer, are on one page. */
const PAGE_OF_ONE_RECORD = 20;

/**
 * The node remembers failures of an account in the whole process, so each history has an account of its own.
 */
let accountCount = 0;

/** Plays a history: the school changes, and a trigger polls it for attendances. The rule checks each poll. */
export class PlayedHistory {
	readonly rule: AttendanceRule;
	/** The state that the next poll begins with. */
	state: unknown;
	/** The state that n8n begins with after a restart: n8n saves it only when a poll has brought items. */
	private savedState: unknown;
	private maxRecords: number;
	/** The list that is being read. */
	private path = '';
	private readonly school: LoggedSchool;
	private readonly lists: MemoryLists;
	private readonly source: DerivedEvents;

	constructor(private readonly history: History) {
		this.maxRecords = history.maxRecords;
		this.school = new LoggedSchool(history.account);
		this.rule = new AttendanceRule(this.school, history);
		this.source = new DerivedEvents(makeAttendanceEvent(history.attended));
		this.lists = new MemoryLists((branch, query) => this.school.listRows(this.path, branch, query));
		this.connectClient();
		jest.spyOn(Date, 'now').mockImplementation(() => this.school.now);
	}

	/**
	 * Lets the school change as it does before the first poll, polls for the first time, and checks this poll.
	 */
	async activate(): Promise<void> {
		for (const change of this.history.changesBefore) {
			this.school.change(change);
		}

		const facts = this.rule.preparePoll({ hasFailure: false });
		const { records, stateAfter } = await this.readSource();

		this.storeState(stateAfter(records.length));
		this.savedState = this.state;
		this.rule.checkFirstPoll(readItems(records), facts);
	}

	/** Plays the steps of the history, and polls until everything is reported. */
	async play(): Promise<void> {
		for (const step of this.history.steps) {
			await this.playStep(step);
		}
		this.school.repairEverything();
		await this.pollUntilStateStays();
		this.rule.expectReported();
	}

	/** Plays one step: a poll of some kind, a restart of n8n, or a change of the school. */
	private async playStep(step: Step): Promise<void> {
		switch (step.kind) {
			case 'poll':
				await this.poll({ takenItems: step.takenItems });
				break;
			case 'pollWithFailure':
				await this.pollWithFailure(step.request);
				break;
			case 'pollWithChange':
				await this.pollWithChange(step);
				break;
			case 'outageOfLesson':
				await this.pollTwiceInOutage(step);
				break;
			case 'restart':
				this.state = this.savedState;
				break;
			default:
				this.school.change(step);
		}
	}

	/** Polls twice while a lesson cannot be read. So many minutes pass between the two polls. */
	private async pollTwiceInOutage({ lesson, minutes }: { lesson: number; minutes: number }): Promise<void> {
		this.school.change({ kind: 'breakLesson', lesson });
		await this.poll();
		this.school.change({ kind: 'wait', minutes });
		await this.poll();
		this.school.change({ kind: 'repairLesson', lesson });
	}

	/** Polls while AlfaCRM fails at one request. */
	private async pollWithFailure(request: number): Promise<void> {
		this.actBeforeAnswer(request, () => {
			throw makeFailure();
		});
		await this.poll({ hasFailure: true });
		this.lists.onRequest = () => {};
	}

	/** Polls while the school changes before the answer to one request. */
	private async pollWithChange({
		request,
		change,
	}: {
		request: number;
		change: SchoolChange;
	}): Promise<void> {
		this.actBeforeAnswer(request, () => {
			this.school.change(change);
			this.rule.noteChangeDuringPoll();
		});
		await this.poll();
		this.lists.onRequest = () => {};
	}

	/** Acts before the answer to one of the next requests. The next one has number 1. */
	private actBeforeAnswer(request: number, act: () => void): void {
		const requestsBefore = this.lists.requests;
		this.lists.onRequest = (number) => {
			if (number === requestsBefore + request) {
				act();
			}
		};
	}

	/**
	 * Polls once an hour until a poll leaves the state as it was. A poll may move on by an entry that brings no
	 * item, so an empty poll is not enough.
	 */
	private async pollUntilStateStays(): Promise<void> {
		for (let pollCount = 0; pollCount < 400; pollCount++) {
			this.school.now += 61 * MINUTE;
			// Some polls with the limit of the history, then without one, to come to an end.
			if (pollCount === 8) {
				this.maxRecords = ALL_ITEMS;
			}

			const stateBefore = JSON.stringify(this.state);
			await this.poll();
			if (pollCount > 1 && JSON.stringify(this.state) === stateBefore) return;
		}
	}

	/** Polls as n8n does, and checks the items that n8n takes. A poll that fails changes nothing. */
	private async poll({ takenItems = ALL_ITEMS, hasFailure = false } = {}): Promise<void> {
		const { maxRecords, rule } = this;
		const facts = rule.preparePoll({ hasFailure });
		const result = await this.readSource().catch(ignoreFailureOfAlfaCrm);
		if (result === undefined) return;

		const { records, failures, stateAfter } = result;
		const taken = records.slice(0, Math.min(maxRecords, takenItems));
		this.storeState(stateAfter(taken.length));
		if (taken.length > 0) {
			this.savedState = this.state;
		}

		rule.checkCount(records.length, { maxRecords });
		rule.checkItems(readItems(taken), facts);
		const hasEverything = failures.size === 0 && taken.length === records.length && !hasFailure;
		if (hasEverything) {
			this.checkCompletePoll(facts);
		}
	}

	/** Expects everything that was due before a poll, unless something has kept the poll from reading it. */
	private checkCompletePoll({ duePairs }: PollFacts): void {
		const hasNoLimit = this.history.secondsPerRequest === 0 && this.maxRecords === ALL_ITEMS;
		const isLessonBroken = this.school.lessons.some(({ isBroken }) => isBroken);
		if (hasNoLimit && !isLessonBroken) {
			this.rule.expectReported(duePairs.keys());
		}
	}

	/** Reads the source of the trigger once, from the stored state. */
	private async readSource(): Promise<PollResult> {
		const { firstReportCount, secondsPerRequest, watchedBranches } = this.history;
		const { now } = this.school;
		const request: PollRequest & { closed: number[] } = {
			client: this.lists.client,
			reader: this.lists.reader,
			branches: watchedBranches,
			closed: [],
			now,
			deadline: secondsPerRequest === 0 ? Infinity : now + POLL_TIME,
			maxRecords: this.maxRecords,
			firstReportCount,
			branchesDigest: String(watchedBranches),
			filtersDigest: '',
		};
		return await this.source.poll(request, this.state);
	}

	/** Stores the state as n8n does: as text. */
	private storeState(state: unknown): void {
		this.state = JSON.parse(JSON.stringify(state));
	}

	// ---------------------------------------------------------------- AlfaCRM's answers

	/** Lets the client of the lists ask this school, under an address that no other history has. */
	private connectClient(): void {
		const { client } = this.lists;
		const { request: readList } = client;
		const answer = async (call: ApiRequest) => await this.answer(call, readList);
		accountCount += 1;
		const origin = `https://${accountCount}.example`;
		Object.assign(client, {
			node: { ...NODE, credentials: { [CREDENTIAL]: {} } },
			origin: async () => await Promise.resolve(origin),
			attempt: answer,
			request: answer,
		});
	}

	/** Answers a call from the lists in memory. Fails if the lesson or the branch is broken. */
	private async answer(call: ApiRequest, readList: ReadList): Promise<ApiResponse> {
		const { account, secondsPerRequest } = this.history;
		this.school.now += secondsPerRequest * SECOND;
		this.path = call.path;
		this.lists.pageSize = call.body?.entity_id === undefined ? account.pageSize : PAGE_OF_ONE_RECORD;

		const lesson = call.path === 'lesson' ? this.school.findLesson(call.body?.id) : undefined;
		const isBroken = this.school.brokenBranches.has(call.branch ?? 0) || lesson?.isBroken === true;
		const [outcome] = await Promise.allSettled([isBroken ? fail() : readList(call)]);
		if (lesson !== undefined) {
			this.noteOutcomeFor(lesson, outcome);
		}
		if (outcome.status === 'rejected') throw outcome.reason;
		return outcome.value;
	}

	/** Notes since when AlfaCRM has failed to show a lesson. An answer with the lesson ends the failure. */
	private noteOutcomeFor(lesson: Lesson, outcome: PromiseSettledResult<ApiResponse>): void {
		if (outcome.status === 'rejected') {
			lesson.failingSince ??= this.school.now;
			return;
		}

		const { items } = outcome.value as { items: IDataObject[] };
		if (items.length > 0) {
			lesson.failingSince = undefined;
		}
	}
}

type ReadList = (call: ApiRequest) => Promise<ApiResponse>;

const FAILURE = 'AlfaCRM failed';

function makeFailure(): Error {
	return nodeError(NODE, { message: FAILURE, status: 500 }, undefined);
}

async function fail(): Promise<never> {
	return await Promise.reject(makeFailure());
}

/** Ignores a failure that the history has caused. Any other error is one of the trigger. */
function ignoreFailureOfAlfaCrm(error: unknown): undefined {
	if (!String(error).includes(FAILURE)) throw error;
}

function readItems(records: PollResult['records']): IDataObject[] {
	return records.map(({ row }) => row);
}
