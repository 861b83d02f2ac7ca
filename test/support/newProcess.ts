import { forgetAccounts } from '../../nodes/AlfaCrm/api/accountKnowledge';

// Each test has an AlfaCRM of its own at the same address, so the node must forget the one of the test
// before.
beforeEach(forgetAccounts);
