import { makeAnswerError, makeErrorBody } from '../../support/nodeErrors';
import { SmallSchool } from './school';

/**
 * Try Writes, an operation of Account, writes a test lead. Without a Branch ID it looks for an open branch.
 */
describe('Try Writes without a Branch ID', () => {
	const form = { resource: 'account', operation: 'tryWrites', writeTestLead: true };

	it('Try Writes without a Branch ID says that no branch is open when all are closed', async () => {
		const school = new SmallSchool();
		school.changeRecord('branch', 1, { is_active: 0 });
		school.changeRecord('branch', 2, { is_active: 0 });

		const error = await school.expectRefused(form);

		expect(error).toMatchObject({
			message: "'Branch ID' is empty, and no branch of the account is open",
			description: "Fill it in 'Options'. Nothing was saved.",
		});
	});

	it('Try Writes without a Branch ID says that the user may not list the branches when AlfaCRM denies the list', async () => {
		const school = new SmallSchool();
		school.onCall = (call) => {
			if (call === 'branch/index') throw makeAnswerError(403);
			return undefined;
		};

		const error = await school.expectRefused(form);

		expect(error).toMatchObject({
			message: "'Branch ID' is empty, and this user may not list the branches of the account",
			description: "Fill it in 'Options'. Nothing was saved.",
		});
	});
});

describe('Try Writes of a write that AlfaCRM refuses', () => {
	it('Try Writes shows all lines of the message with which AlfaCRM refuses a write', async () => {
		const school = new SmallSchool();
		school.onCall = (call) => {
			if (call !== 'customer/create') return undefined;
			throw makeAnswerError(500, makeErrorBody(500, 'SQL error:\ncolumn is missing'));
		};

		const { json } = await school.run({
			resource: 'account',
			operation: 'tryWrites',
			writeTestLead: true,
		});

		const createLead = json.find(({ step }) => step === 'create lead');
		expect(createLead?.message).toContain('AlfaCRM said: SQL error:\ncolumn is missing');
	});
});

describe('Try Writes that finds two comments of its own', () => {
	const SECOND_COMMENT = 2;

	it('Try Writes deletes a second test comment, although AlfaCRM refuses to delete the first one', async () => {
		const school = new SmallSchool();
		school.addRecord('user', { name: 'A', email: 'api@school.example' });
		let deletions = 0;
		school.onCall = (call) => {
			if (call === 'communication/index' && deletions === 0) addSecondComment(school);
			if (call === 'communication/delete') {
				deletions += 1;
				if (deletions === 1) throw makeAnswerError(422);
			}
			return undefined;
		};

		const { json } = await school.run({
			resource: 'account',
			operation: 'tryWrites',
			writeTestLead: true,
		});

		expect(json.find(({ step }) => step === 'delete comment')).toMatchObject({ result: 'refused' });
		expect(school.readRecords('communication')).toHaveLength(1);
	});

	/** Copies the only comment of the school, as if AlfaCRM had saved it twice. */
	function addSecondComment(school: SmallSchool): void {
		const comments = school.readRecords('communication');
		if (comments.length === 1) {
			school.addRecord('communication', { ...comments[0], id: SECOND_COMMENT });
		}
	}
});
