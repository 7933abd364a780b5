import { type AdminBench, newUser } from '../../support/admin-bench.js';
import { BAD_PAGES, type RouteExpectations } from './route-expectation.js';

const createdUser = async (bench: AdminBench) =>
  (await bench.admin('POST', '/admin/users', newUser())).body.id as string;

export const accountsRows: RouteExpectations = {
  'GET /admin/users': { status: 200, badQueries: [...BAD_PAGES, ['role=king', 'role']] },
  'POST /admin/users': {
    status: 201,
    body: () => newUser(),
    bad: [
      [{}, 'email'],
      [{ email: 'nobody', role: 'user' }, 'email'],
      [{ email: 'a@b.cd' }, 'role'],
      [{ email: 'a@b.cd', role: 'king' }, 'role'],
      [{ email: 'a@b.cd', role: 'user', password: 'short' }, 'password'],
      [{ email: 'a@b.cd', role: 'user', disabledAt: null }, 'disabledAt'],
    ],
  },
  'GET /admin/users/:id': { status: 200, target: createdUser },
  'POST /admin/users/:id/disable': { status: 200, target: createdUser },
  'POST /admin/users/:id/enable': { status: 200, target: createdUser },
  'PUT /admin/users/:id/role': {
    status: 200,
    target: createdUser,
    body: () => ({ role: 'curator' }),
    bad: [
      [{}, 'role'],
      [{ role: 'king' }, 'role'],
      [{ role: ['admin'] }, 'role'],
      [{ role: 'user', email: 'a@b.cd' }, 'email'],
    ],
  },
  'GET /admin/audit': {
    status: 200,
    badQueries: [
      ['type=everything', 'type'],
      ['userId=1', 'userId'],
      ['since=yesterday', 'since'],
      ['cursor=-1', 'cursor'],
      ['cursor=99999999999999999999', 'cursor'],
      ['limit=0', 'limit'],
      ['page=1', 'page'],
    ],
  },
};
