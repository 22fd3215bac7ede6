export interface Person {
  readonly email: string
  readonly password: string
  readonly roles: readonly string[]
}

export const admin: Person = { email: 'admin@shop.example', password: 'correct-horse-battery-staple', roles: ['admin'] }
export const person: Person = { email: 'ada@shop.example', password: 'a-long-walk-on-the-beach-1815', roles: ['customer'] }
