import { makeAnswerError, makeErrorBody } from '../../support/nodeErrors';
import { SmallSchool } from './school';

/** Account → Try Writes: the branch in which the test lead is written. */
describe('Try Writes without a Branch ID', () => {
	const form = { resource: 'account', operation: 'tryWrites', writeTestLead: true };

	it('says that no branch is open if all are closed', async () => {
		const school = new SmallSchool();
		school.changeRecord('branch', 1, { is_active: 0 });
		school.changeRecord('branch', 2, { is_active: 0 });

		expect(await school.expectRefused(form)).toMatchObject({
			message: "'Branch ID' is empty, and no branch of the account is open",
			description: "Fill it in 'Options'. Nothing was saved.",
		});
	});

	it('says that this user may not list the branches if AlfaCRM denies the list', async () => {
		const school = new SmallSchool();
		school.onCall = (call) => {
			if (call === 'branch/index') throw makeAnswerError(403);
			return undefined;
		};

		expect(await school.expectRefused(form)).toMatchObject({
			message: "'Branch ID' is empty, and this user may not list the branches of the account",
			description: "Fill it in 'Options'. Nothing was saved.",
		});
	});
});

describe('Try Writes of a write that AlfaCRM refuses', () => {
	it('says what AlfaCRM said on all lines of its message', async () => {
		const school = new SmallSchool();
		school.onCall = (call) => {
			if (call === 'customer/create')
				throw makeAnswerError(500, makeErrorBody(500, 'SQL error:\ncolumn is missing'));
			return undefined;
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
	it('deletes the second one although AlfaCRM refuses to delete the first', async () => {
		const school = new SmallSchool();
		school.addRecord('user', { name: 'A', email: 'api@school.example' });
		let deletions = 0;
		school.onCall = (call) => {
			const comments = school.readRecords('communication');
			const isReadBack = call === 'communication/index' && comments.length === 1;
			if (isReadBack && deletions === 0) school.addRecord('communication', { ...comments[0], id: 2 });
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
});
