import { belongsToBranch } from '../../../nodes/AlfaCrm/entities/branch';
import { makeValueProbe } from './probe';

/** Finds the lists that the user may not read. */
export const forbiddenCalls = makeValueProbe('forbiddenCalls', async (account) => {
	const { branch, branchAccess, lists } = account.reading;
	if (branchAccess.get(branch) === 'denied') return undefined;

	const deniedPaths = lists
		.filter((list) => list.outcome === 'refused' && list.status === 403)
		.map(({ entity }) => entity.path);

	// Without the main branch, AlfaCRM lists the branches only in a path with a branch.
	const isBranchListDenied = deniedPaths.includes('branch') && !(await account.listsBranches(branch));
	return deniedPaths.filter((path) => path !== 'branch' || isBranchListDenied).map((path) => `${path}/index`);
});

/** Finds the branches that the user may not read. */
export const forbiddenBranches = makeValueProbe('forbiddenBranches', ({ reading }) => {
	const deniedBranches = [...reading.branchAccess].filter(([, access]) => access === 'denied');
	return deniedBranches.map(([branch]) => branch);
});

/** Finds the branches whose list of customers shows customers of other branches. */
export const pooledBranches = makeValueProbe('pooledBranches', ({ reading }) => {
	const branches: number[] = [];
	for (const [branch, customers] of reading.customersByBranch) {
		const hasForeignCustomer = customers.some((customer) => !belongsToBranch(customer, branch));
		if (hasForeignCustomer) branches.push(branch);
	}
	return branches;
});

/** Finds out whether AlfaCRM lists the branches in a path without a branch. */
export const mainBranch = makeValueProbe('mainBranch', async (account) => {
	if (await account.listsBranches()) return 'on';
	const listsInsideBranch = await account.listsBranches(account.reading.branch);
	return listsInsideBranch ? 'off' : undefined;
});

/**
 * Finds out whether a path without a branch means all branches or the first one. It looks in each
 * branch for a customer who belongs to this branch alone, and asks for the customer without a branch.
 */
export const branchless = makeValueProbe('branchless', async (account) => {
	let askedBranchCount = 0;
	let areAllFound = true;
	for (const [branch, access] of account.reading.branchAccess) {
		if (access !== 'readable') continue;
		const customers = await account.readRows('customer', {}, { branch });
		const customer = customers.find(({ branch_ids }) => String(branch_ids) === String(branch));
		if (!customer) continue;

		const foundCustomers = await account.readRows('customer', { id: customer.id }, { branch: null });
		askedBranchCount += 1;
		if (!foundCustomers.some(({ id }) => id === customer.id)) areAllFound = false;
	}

	if (askedBranchCount < 2) return undefined;
	return areAllFound ? 'all' : 'first';
});
